"""The last use of a key is known to the minute, and costs one write a minute."""

from __future__ import annotations

from sqlalchemy import Engine, event

from features.times import SECOND, parse_time
from serving.database import keys
from serving.database.key_uses import KeyUses

NOW = parse_time("2026-03-01T09:00:00Z")


def caller_of_a_new_key(engine: Engine) -> keys.Caller:
    created = keys.create_key(engine, name="crm", scopes=["read"], created_at=NOW)
    return keys.authenticate(engine, created.secret, NOW)


def test_a_used_key_is_listed_with_its_last_use(engine: Engine) -> None:
    caller, uses = caller_of_a_new_key(engine), KeyUses(engine)

    uses.note(caller, NOW)
    uses.note(caller, NOW + 60 * SECOND)

    assert uses.close() == 0
    assert [key.last_used_at for key in keys.list_keys(engine)] == [NOW + 60 * SECOND]


def test_uses_within_a_minute_are_written_once(engine: Engine) -> None:
    caller, uses, updates = caller_of_a_new_key(engine), KeyUses(engine), []
    event.listen(engine, "before_cursor_execute", lambda *seen: updates.append(seen[2]))

    for second in range(60):
        uses.note(caller, NOW + second * SECOND)
    uses.close()

    assert len([statement for statement in updates if statement.startswith("UPDATE")]) == 1
    assert keys.list_keys(engine)[0].last_used_at == NOW


def test_an_older_use_told_late_by_another_process_does_not_set_the_clock_back(engine: Engine) -> None:
    caller = caller_of_a_new_key(engine)

    for at in (NOW + 90 * SECOND, NOW):
        process = KeyUses(engine)
        process.note(caller, at)
        process.close()

    assert keys.list_keys(engine)[0].last_used_at == NOW + 90 * SECOND
