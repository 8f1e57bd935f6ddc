"""What is live and was, and the reports that training wrote, over HTTP."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest
from starlette.testclient import TestClient

from benchmarks.live_states import AS_OF, Publisher
from features.append_only import append_line
from features.home import Home
from features.reports.stages import KpiLine, StageKpis, StagesReport, write_stages_report
from features.times import DAY, format_time
from features.write_once import replace_file
from models.bundle import read_bundle, read_live
from models.bundle.ledger import GateResult, LedgerEntry
from models.bundle.signing import load_public_key
from serving.app import create_app
from serving.database import keys
from serving.settings import ServiceSettings

LINE = KpiLine("nps_score", "2025-10-03T00:00:00Z", "2026-01-01T00:00:00Z", None, None, None, 0, 0, note="nobody answered")
REPORT = StagesReport(format_time(AS_OF), "c", "EUR", "growth_curve", 90, 2, (StageKpis("growth", 2, 1.0, (LINE,)),), (LINE,), ())


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    publisher.publish({"c1": 0.3})
    home = publisher.home
    live = read_live(home)
    models = dict(read_bundle(home, live.bundle, public_key=load_public_key(home)).models)
    gates = [GateResult("beats_baseline", "passed", "0.31", "0.40", "it is better")]
    first = LedgerEntry(AS_OF - 2 * DAY, "score", dataclasses.replace(live, bundle=None), {})
    promoted = LedgerEntry(AS_OF - DAY, "promote", live, models, model="churn", run_id="r1", gates=gates)
    for entry in (first, promoted):
        append_line(home.ledger, msgspec.json.encode(entry))
    with TestClient(create_app(ServiceSettings(home), clock=lambda: AS_OF)) as client:
        made = keys.create_key(client.app.state.service.engine, name="crm", scopes=["read"], created_at=AS_OF)
        client.headers["Authorization"] = f"Bearer {made.secret}"
        yield client


def home_of(records) -> Home:
    return records.app.state.service.settings.home


def test_each_live_model_comes_with_what_its_gates_said(records):
    answer = records.get("/v1/models").json()

    (item,) = answer["items"]
    assert (item["model"], item["run_id"], item["promoted_at"]) == ("churn", "r1", format_time(AS_OF - DAY))
    assert item["gates"][0]["figure"] == "0.31"


def test_a_live_model_says_how_many_were_erased_from_what_it_learned(records, monkeypatch):
    assert [item["erased_since"] for item in records.get("/v1/models").json()["items"]] == [0]

    monkeypatch.setattr("serving.records.models.erased_since", lambda _, models: dict.fromkeys(models, 3))

    assert [item["erased_since"] for item in records.get("/v1/models").json()["items"]] == [3]


def test_a_question_that_no_model_answers_is_named(records):
    missing = [warning["part"] for warning in records.get("/v1/models").json()["warnings"]]

    assert "value" in missing
    assert "churn" not in missing


def test_the_ledger_says_what_was_live_when(records):
    now = records.get("/v1/models/churn/live").json()
    then = records.get(f"/v1/models/churn/live?at={format_time(AS_OF - 2 * DAY)}").json()

    assert (now["since"], now["action"], "model_sha" in now) == (format_time(AS_OF - DAY), "promote", True)
    assert (then["action"], "model_sha" in then, then["warnings"][0]["code"]) == ("score", False, "model_missing")


def test_before_anything_was_live_there_is_nothing_to_say(records):
    refused = records.get("/v1/models/churn/live?at=2020-01-01T00:00:00Z")

    assert (refused.status_code, refused.json()["type"]) == (404, "urn:lifecycle:problem:nothing-was-live")


def test_kpis_come_without_what_is_not_known_and_say_when_they_are_old(records):
    write_stages_report(home_of(records), REPORT)
    fresh = records.get("/v1/reports/stages").json()
    write_stages_report(home_of(records), dataclasses.replace(REPORT, as_of=format_time(AS_OF - 9 * DAY)))
    old = records.get("/v1/reports/stages").json()

    (line,) = fresh["stages"][0]["kpis"]
    assert (line["note"], "value" in line, fresh["degraded"]) == ("nobody answered", False, False)
    assert (old["degraded"], old["warnings"][0]["code"]) == (True, "report_stale")


def test_a_report_that_nobody_wrote_names_the_command(records):
    refused = records.get("/v1/reports/backtest")

    assert (refused.status_code, "lifecycle backtest" in refused.json()["detail"]) == (404, True)


def test_a_report_comes_as_it_was_written(records):
    replace_file(home_of(records).reports / "policy.json", b'{"a":1}')

    assert records.get("/v1/reports/policy").json() == {"a": 1}
