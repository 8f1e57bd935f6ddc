"""Every access is written down: with its effect or not at all, and reads within a moment, bounded and counted."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import DBAPIError

from features.times import parse_time
from serving.database import DatabaseUnavailable, audit, deferred, reading, writing
from serving.database.audit import AuditEntry, AuditLog
from serving.database.deferred import Pace
from serving.database.tables import audit_entries

NOW = parse_time("2026-03-01T09:00:00Z")
FAST = Pace(gather_seconds=0.001, retry_seconds=0.01, patience_seconds=0.01)


def entry(number: int = 0, subject: str = "s1") -> AuditEntry:
    return AuditEntry(NOW + number, f"r{number}", "k1", "read", "customer", subject, 200)


def count(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(audit_entries)) or 0


def test_an_entry_stands_with_what_it_reports(engine: Engine) -> None:
    with writing(engine) as connection:
        audit.record_in(connection, [entry(1)])
    with pytest.raises(DBAPIError), writing(engine) as connection:
        audit.record_in(connection, [entry(2), entry(3)._replace(request_id=None)])

    assert audit.entries_about(engine, "s1") == [entry(1)]


def test_nothing_to_record_writes_nothing(engine: Engine) -> None:
    with writing(engine) as connection:
        audit.record_in(connection, [])

    assert count(engine) == 0


def test_entries_about_one_subject_come_newest_first_and_leave_the_others_out(engine: Engine) -> None:
    anonymous = AuditEntry(NOW, "r9", None, "none", "customer", None, 401)
    with writing(engine) as connection:
        audit.record_in(connection, [entry(1), entry(2, "s2"), entry(3), anonymous])

    assert audit.entries_about(engine, "s1") == [entry(3), entry(1)]
    assert audit.entries_about(engine, "s1", limit=1) == [entry(3)]


def test_a_sequence_number_is_never_given_twice(engine: Engine) -> None:
    def newest() -> int:
        with writing(engine) as connection:
            audit.record_in(connection, [entry()])
            return connection.scalar(select(func.max(audit_entries.c.sequence))) or 0

    first = newest()
    with writing(engine) as connection:
        connection.execute(audit_entries.delete())

    assert newest() > first


def test_reads_are_written_in_their_order_and_closing_loses_none(engine: Engine) -> None:
    with AuditLog(engine) as log:
        for number in range(50):
            assert log.record([entry(number)])

    assert audit.entries_about(engine, "s1") == [entry(number) for number in reversed(range(50))]
    assert log.unwritten == 0


def test_reads_that_come_close_together_share_one_transaction(engine: Engine) -> None:
    begun: list[object] = []
    event.listen(engine, "begin", begun.append)

    with AuditLog(engine, pace=Pace(gather_seconds=60)) as log:
        for number in range(50):
            log.record([entry(number)])

    assert len(begun) == 1
    assert count(engine) == 50


def test_flushing_makes_a_read_visible(engine: Engine) -> None:
    with AuditLog(engine, pace=FAST) as log:
        log.record([entry(1), entry(2)])

        assert log.flush()
        assert count(engine) == 2


def test_reads_recorded_by_many_threads_are_all_written(engine: Engine) -> None:
    with AuditLog(engine, pace=FAST) as log:
        threads = [threading.Thread(target=lambda: [log.record([entry(number)]) for number in range(25)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert count(engine) == 200


def test_a_closed_log_takes_nothing_and_says_so(engine: Engine) -> None:
    log = AuditLog(engine, pace=FAST)
    assert log.close() == 0

    assert not log.record([entry(1), entry(2)])

    assert log.unwritten == 2
    assert count(engine) == 0


def test_while_the_database_cannot_write_entries_wait_and_are_written_later(engine: Engine, away: threading.Event) -> None:
    away.set()
    log = AuditLog(engine, pace=FAST)
    log.record([entry(1)])
    assert not log.flush(0.05)

    away.clear()

    assert log.flush()
    assert log.close() == 0
    assert count(engine) == 1


def test_between_two_attempts_it_waits(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_nothing(_: Engine) -> None:
        attempts.append(1)
        raise DatabaseUnavailable("away")

    attempts: list[int] = []
    monkeypatch.setattr(deferred, "writing", write_nothing)
    log = AuditLog(engine, pace=Pace(gather_seconds=0.001, retry_seconds=60))
    log.record([entry(1)])

    assert not log.flush(0.05)
    assert len(attempts) <= 1
    assert log.close() == 1


def test_a_full_queue_gives_a_request_up_whole_counts_it_and_does_not_hold_it_up(engine: Engine, away: threading.Event) -> None:
    away.set()
    log = AuditLog(engine, pace=Pace(queue=3, gather_seconds=0.001, retry_seconds=0.01, patience_seconds=0.01))

    assert log.record([entry(1), entry(2)])
    assert not log.record([entry(3), entry(4)])
    assert log.unwritten == 2

    away.clear()
    assert log.close() == 2
    assert count(engine) == 2


def test_closing_while_the_database_is_away_ends_and_counts_what_waited(engine: Engine, away: threading.Event) -> None:
    away.set()
    log = AuditLog(engine, pace=FAST)
    log.record([entry(1), entry(2)])

    assert log.close() == 2
    assert log.close() == 2


@pytest.mark.parametrize("odd", [{"request_id": "\ud800"}, {"at": 2**70}], ids=["no text", "no number of the database"])
def test_one_entry_that_can_never_be_written_takes_no_other_with_it(engine: Engine, odd: dict[str, Any]) -> None:
    impossible = entry(2)._replace(**odd)

    with AuditLog(engine, pace=FAST) as log:
        log.record([entry(1), impossible, entry(3), entry(4)])

        assert log.flush()
        assert log.unwritten == 1

    assert audit.entries_about(engine, "s1") == [entry(4), entry(3), entry(1)]


def test_a_wrong_statement_does_not_hold_up_the_entries_behind_it(engine: Engine) -> None:
    log = AuditLog(engine, pace=FAST)

    log.record([entry(1)._replace(request_id=None), entry(2)])

    assert log.close() == 1
    assert count(engine) == 1


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """While it is set, nothing can be written in the background."""

    def writing_or_not(engine: Engine) -> object:
        if is_away.is_set():
            raise DatabaseUnavailable("away")
        return writing(engine)

    is_away = threading.Event()
    monkeypatch.setattr(deferred, "writing", writing_or_not)
    return is_away
