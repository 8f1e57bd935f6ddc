"""A key opens what it should, for as long as it should, and nothing else; its secret is nowhere but in its owner's hands."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from features.times import DAY, HOUR, SECOND, parse_time
from serving.database import keys, reading
from serving.database.tables import api_key_secrets, api_keys

NOW = parse_time("2026-03-01T09:00:00Z")


def new_key(engine: Engine, *scopes: str) -> keys.CreatedKey:
    return keys.create_key(engine, name="crm", scopes=scopes or ("read",), created_at=NOW)


def test_a_key_names_its_caller_and_what_it_may_do(engine: Engine) -> None:
    created = new_key(engine, "read", "decide")

    caller = keys.authenticate(engine, created.secret, NOW)

    assert (caller.key_id, caller.name, caller.scopes) == (created.id, "crm", {"read", "decide"})
    assert caller.valid_until is None


def test_a_key_has_its_id_and_256_random_bits(engine: Engine) -> None:
    one, another = new_key(engine), new_key(engine)

    assert re.fullmatch(rf"lck_{one.id}_[0-9a-f]{{64}}", one.secret)
    assert one.secret.rpartition("_")[2] != another.secret.rpartition("_")[2]


def test_the_secret_is_neither_stored_nor_shown(engine: Engine) -> None:
    created = new_key(engine)

    with reading(engine) as connection:
        stored = [*connection.execute(select(api_keys)), *connection.execute(select(api_key_secrets))]

    secret = created.secret.rpartition("_")[2]
    assert secret not in repr(stored)
    assert secret not in repr(created)
    assert secret not in repr(keys.list_keys(engine))


@pytest.mark.parametrize("presented", ["", "lck_0", "Bearer x", "lck_0123456789ab_" + "0" * 64, "é" * 81, "lck_\x00"])
def test_a_key_that_is_not_ours_is_refused_without_repeating_it(engine: Engine, presented: str) -> None:
    with pytest.raises(keys.KeyRejected, match="not one of ours") as caught:
        keys.authenticate(engine, presented, NOW)

    assert (caught.value.status, caught.value.problem) == (401, "unauthenticated")
    assert not presented or presented not in str(caught.value)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.integers(0, 80), digit=st.sampled_from("0123456789abcdef_ Z"))
def test_a_key_with_one_character_changed_is_refused(sqlite_engine: Engine, place: int, digit: str) -> None:
    secret = new_key(sqlite_engine).secret
    forged = secret[:place] + digit + secret[place + 1 :]

    if forged == secret:
        assert keys.authenticate(sqlite_engine, forged, NOW)
    else:
        with pytest.raises(keys.KeyRejected):
            keys.authenticate(sqlite_engine, forged, NOW)


def test_a_secret_does_not_open_another_key(engine: Engine) -> None:
    one, another = new_key(engine), new_key(engine)
    mixed = f"lck_{one.id}_{another.secret.rpartition('_')[2]}"

    with pytest.raises(keys.KeyRejected, match="not one of ours"):
        keys.authenticate(engine, mixed, NOW)


def test_a_revoked_key_is_refused_at_once_and_for_good(engine: Engine) -> None:
    created = new_key(engine)

    keys.revoke_key(engine, created.id, now=NOW)
    keys.revoke_key(engine, created.id, now=NOW + DAY)

    with pytest.raises(keys.KeyRevoked, match="2026-03-01T09:00:00Z"):
        keys.authenticate(engine, created.secret, NOW)
    with pytest.raises(keys.KeyEnded, match="create a new one"):
        keys.rotate_key(engine, created.id, now=NOW)


def test_a_revoked_key_tells_its_state_to_nobody_who_lacks_the_secret(engine: Engine) -> None:
    created = new_key(engine)
    keys.revoke_key(engine, created.id, now=NOW)

    with pytest.raises(keys.KeyRejected, match="not one of ours"):
        keys.authenticate(engine, f"lck_{created.id}_{'0' * 64}", NOW)


def test_after_rotation_both_secrets_work_until_the_overlap_ends(engine: Engine) -> None:
    old = new_key(engine, "ingest")
    new = keys.rotate_key(engine, old.id, now=NOW, overlap=HOUR)

    during = [keys.authenticate(engine, key.secret, NOW + HOUR - 1) for key in (old, new)]

    assert {caller.key_id for caller in during} == {old.id}
    assert [caller.valid_until for caller in during] == [NOW + HOUR, None]
    assert keys.authenticate(engine, new.secret, NOW + HOUR).scopes == {"ingest"}
    with pytest.raises(keys.KeyExpired, match="2026-03-01T10:00:00Z"):
        keys.authenticate(engine, old.secret, NOW + HOUR)


def test_rotating_again_never_lengthens_the_life_of_an_old_secret(engine: Engine) -> None:
    first = new_key(engine)
    second = keys.rotate_key(engine, first.id, now=NOW, overlap=HOUR)

    keys.rotate_key(engine, first.id, now=NOW + SECOND, overlap=DAY)

    assert keys.authenticate(engine, first.secret, NOW + SECOND).valid_until == NOW + HOUR
    assert keys.authenticate(engine, second.secret, NOW + SECOND).valid_until == NOW + SECOND + DAY


def test_rotating_without_overlap_ends_the_old_secret_at_once(engine: Engine) -> None:
    old = new_key(engine)

    new = keys.rotate_key(engine, old.id, now=NOW, overlap=0)

    assert keys.authenticate(engine, new.secret, NOW)
    with pytest.raises(keys.KeyExpired):
        keys.authenticate(engine, old.secret, NOW)
    with pytest.raises(keys.KeyInvalid, match="overlap"):
        keys.rotate_key(engine, old.id, now=NOW, overlap=-1)


def test_a_key_that_expires_ends_whatever_its_secrets(engine: Engine) -> None:
    created = new_key(engine)
    keys.set_expiry(engine, created.id, expires_at=NOW + DAY)

    newer = keys.rotate_key(engine, created.id, now=NOW)

    assert keys.authenticate(engine, newer.secret, NOW + DAY - 1).valid_until == NOW + DAY
    with pytest.raises(keys.KeyExpired):
        keys.authenticate(engine, newer.secret, NOW + DAY)
    keys.set_expiry(engine, created.id, expires_at=None)
    assert keys.authenticate(engine, newer.secret, NOW + DAY).valid_until is None


def test_a_key_may_have_a_limit_of_its_own_and_lose_it_again(engine: Engine) -> None:
    created, other = new_key(engine), new_key(engine)

    for limit in (1, 1_000_000_000, None):
        keys.limit_requests(engine, created.id, requests_per_minute=limit)

        assert keys.authenticate(engine, created.secret, NOW).requests_per_minute == limit
        assert keys.authenticate(engine, other.secret, NOW).requests_per_minute is None


@pytest.mark.parametrize("limit", [0, -1, 1_000_000_001])
def test_a_limit_that_is_none_is_refused_and_the_one_before_stands(engine: Engine, limit: int) -> None:
    created = new_key(engine)
    keys.limit_requests(engine, created.id, requests_per_minute=60)

    with pytest.raises(keys.KeyInvalid, match=str(limit)):
        keys.limit_requests(engine, created.id, requests_per_minute=limit)

    assert keys.authenticate(engine, created.secret, NOW).requests_per_minute == 60
    assert [listed.requests_per_minute for listed in keys.list_keys(engine)] == [60]


def test_the_list_shows_every_key_the_oldest_first(engine: Engine) -> None:
    later = keys.create_key(engine, name="page", scopes=["read", "admin"], created_at=NOW + DAY)
    earlier = keys.create_key(engine, name="  crm ", scopes=["ingest"], created_at=NOW)
    keys.rotate_key(engine, earlier.id, now=NOW + HOUR)
    keys.revoke_key(engine, later.id, now=NOW + 2 * DAY)

    assert keys.list_keys(engine) == [
        keys.ListedKey(earlier.id, "crm", ("ingest",), NOW, None, None, None, 2),
        keys.ListedKey(later.id, "page", ("admin", "read"), NOW + DAY, None, NOW + 2 * DAY, None, 1),
    ]


def test_a_name_may_have_a_hundred_characters(engine: Engine) -> None:
    keys.create_key(engine, name="n" * 100, scopes=["read"], created_at=NOW)

    assert [len(listed.name) for listed in keys.list_keys(engine)] == [100]


@pytest.mark.parametrize(
    ("name", "scopes", "message"),
    [
        ("", ["read"], "name"),
        ("  ", ["read"], "name"),
        ("n" * 101, ["read"], "found 101"),
        ("n", [], "found none"),
        ("n", ["root"], "root"),
    ],
)
def test_an_impossible_key_is_not_made(engine: Engine, name: str, scopes: list[str], message: str) -> None:
    with pytest.raises(keys.KeyInvalid, match=message):
        keys.create_key(engine, name=name, scopes=scopes, created_at=NOW)

    assert keys.list_keys(engine) == []


def test_a_key_that_does_not_exist_can_be_neither_rotated_nor_limited_nor_revoked(engine: Engine) -> None:
    for attempt in (
        lambda: keys.limit_requests(engine, "nope", requests_per_minute=9),
        lambda: keys.rotate_key(engine, "nope", now=NOW),
        lambda: keys.set_expiry(engine, "nope", expires_at=NOW),
        lambda: keys.revoke_key(engine, "nope", now=NOW),
    ):
        with pytest.raises(keys.UnknownKey, match="'nope'"):
            attempt()
