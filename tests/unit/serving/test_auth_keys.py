from __future__ import annotations

import pytest

from features.times import SECOND
from serving.database import DatabaseUnavailable, keys


@pytest.fixture
def key(asker):
    return keys.create_key(asker.service.engine, name="test", scopes=["read"], created_at=asker.clock())


def status(asker, authorization):
    return asker.client.get("/v1/customers/c1", headers={"Authorization": authorization}).status_code


@pytest.mark.parametrize(
    "authorization", ["", "Basic Yzpj", "Bearer", "Bearer ", "Bearer lck_000000000000_" + "0" * 64, "Bearer ÿ"]
)
def test_who_presents_no_valid_key_is_told_to_authenticate(asker, authorization):
    answer = asker.client.get("/v1/customers/c1", headers={"Authorization": authorization.encode("latin-1")})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer ")


def test_who_presents_nothing_is_told_to_authenticate(asker):
    assert asker.client.get("/v1/customers/c1").status_code == 401


def test_the_scheme_is_read_in_any_case(asker, key):
    assert status(asker, f"bearer {key.secret}") == 200


def test_a_key_without_the_scope_is_forbidden_and_told_which(asker):
    answer = asker.client.get("/v1/customers/c1", headers=asker.key("ingest"))

    assert answer.status_code == 403
    assert "`read`" in answer.json()["detail"]
    assert "insufficient_scope" in answer.headers["www-authenticate"]


def test_an_administrator_may_read(asker):
    assert asker.client.get("/v1/customers/c1", headers=asker.key("admin")).status_code == 200


def test_a_revoked_key_stops_within_five_seconds(asker, key, monkeypatch):
    assert status(asker, f"Bearer {key.secret}") == 200

    keys.revoke_key(asker.service.engine, key.id, now=asker.clock())
    monkeypatch.setattr(asker.clock, "now", asker.clock.now + 5 * SECOND)

    assert status(asker, f"Bearer {key.secret}") == 401


def test_a_clock_set_back_gives_a_revoked_key_no_more_time(asker, key, monkeypatch):
    assert status(asker, f"Bearer {key.secret}") == 200

    keys.revoke_key(asker.service.engine, key.id, now=asker.clock())
    monkeypatch.setattr(asker.clock, "now", asker.clock.now - 3600 * SECOND)

    assert status(asker, f"Bearer {key.secret}") == 401


def test_a_rotated_secret_ends_with_its_overlap_whatever_is_remembered(asker, key, monkeypatch):
    keys.rotate_key(asker.service.engine, key.id, now=asker.clock(), overlap=2 * SECOND)
    assert status(asker, f"Bearer {key.secret}") == 200

    monkeypatch.setattr(asker.clock, "now", asker.clock.now + 2 * SECOND)

    assert status(asker, f"Bearer {key.secret}") == 401


def test_a_key_is_looked_up_once_in_five_seconds_a_wrong_one_too(asker, key, monkeypatch):
    asked = []
    monkeypatch.setattr("serving.auth.authenticate", lambda *given: asked.append(given[1]) or keys.authenticate(*given))

    for authorization in (f"Bearer {key.secret}", "Bearer wrong") * 3:
        status(asker, authorization)

    assert sorted(asked) == sorted([key.secret, "wrong"])


def test_a_flood_of_wrong_keys_only_empties_what_is_remembered(asker, key, monkeypatch):
    asked = []
    monkeypatch.setattr("serving.auth.authenticate", lambda *given: asked.append(given[1]) or keys.authenticate(*given))
    monkeypatch.setattr("serving.auth._MOST_REMEMBERED", 3)

    for authorization in (f"Bearer {key.secret}", "Bearer a", "Bearer b", "Bearer c", f"Bearer {key.secret}"):
        status(asker, authorization)

    assert asked.count(key.secret) == 2
    assert status(asker, f"Bearer {key.secret}") == 200


def test_no_key_passes_while_the_database_is_away(asker, key, monkeypatch):
    def gone(*_):
        raise DatabaseUnavailable("password=hunter2")

    monkeypatch.setattr("serving.auth.authenticate", gone)
    answer = asker.client.get("/v1/customers/c1", headers={"Authorization": f"Bearer {key.secret}"})

    assert answer.status_code == 503
    assert "hunter2" not in answer.text
