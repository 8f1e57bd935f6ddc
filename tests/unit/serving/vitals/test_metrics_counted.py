from __future__ import annotations

import re


def counted(asker, name, **labels):
    wanted = "".join(f'(?=.*{key}="{re.escape(value)}")' for key, value in labels.items())
    found = re.findall(rf"^{name}{{{wanted}.*}} (\S+)$", asker.get("/metrics").text, re.MULTILINE)
    return float(found[0]) if found else 0.0


def test_requests_are_counted_by_route_and_status_never_by_path(asker):
    before = counted(asker, "lifecycle_requests_total", route="/v1/customers/{customer_id}", status="404")

    asker.get("/v1/customers/nobody-17")

    assert counted(asker, "lifecycle_requests_total", route="/v1/customers/{customer_id}", status="404") == before + 1
    assert "nobody-17" not in asker.get("/metrics").text


def test_paths_and_methods_nobody_declared_make_one_series(asker):
    for path in ("/a", "/b/c"):
        asker.client.request("BREW", path)

    assert counted(asker, "lifecycle_requests_total", route="unmatched", method="OTHER", status="404") >= 2
    assert "BREW" not in asker.get("/metrics").text


def test_the_age_of_the_data_and_the_standing_of_the_pointer_can_be_watched(asker):
    page = asker.get("/metrics").text

    assert "lifecycle_live_degraded 0.0" in page
    assert re.search(r"^lifecycle_live_as_of_seconds 1\.7672256e\+09$", page, re.MULTILINE)


def test_refusals_for_lack_of_a_place_are_counted(asker, monkeypatch):
    before = re.search(r"^lifecycle_overloads_total (\S+)$", asker.get("/metrics").text, re.MULTILINE)[1]
    monkeypatch.setattr(asker.service.admission, "limit", 0)
    asker.get("/v1/customers/c1")
    monkeypatch.undo()

    after = re.search(r"^lifecycle_overloads_total (\S+)$", asker.get("/metrics").text, re.MULTILINE)[1]

    assert float(after) == float(before) + 1


def test_chances_are_counted_by_band(asker):
    before = counted(asker, "lifecycle_churn_answers_total", band="high")

    asker.get("/v1/customers/c3")

    assert counted(asker, "lifecycle_churn_answers_total", band="high") == before + 1


def test_versions_in_service_can_be_read(asker):
    bundle = asker.service.live.in_service().state.versions.bundle

    assert counted(asker, "lifecycle_live_versions", bundle=bundle[:12]) == 1


def test_what_the_pulse_finds_is_shown(asker):
    asker.service.pulse._on_beat(False)

    assert "lifecycle_database_up 0.0" in asker.get("/metrics").text
    assert "lifecycle_audit_unwritten 0.0" in asker.get("/metrics").text
