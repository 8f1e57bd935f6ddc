"""How are rows taken: with the audit and the answer for repeats in one transaction, each known from a moment of its own.

A row without `known_at` is known from the moment of its receipt; of two rows the later one is known later, also if the clock was
set back between them. Nothing is acknowledged before it is on disk, and what was acknowledged is in the log soon after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from features.errors import LifecycleError
from features.times import Timestamp, format_time
from serving.database.audit import AuditEntry, record_in
from serving.database.group import GroupCommit
from serving.database.idempotency import RepeatableRequest, StoredAnswer, remember, remembered
from serving.database.inbox import InboxRow, hold_inbox, keep_rows
from serving.door.media import JSON
from serving.privacy.tombstones import erased_names
from serving.telling.faults import ERASED
from serving.telling.judging import Judged, ToldRow, told_rows
from serving.telling.results import Results, results_body

_ERASED = Judged(None, (ERASED,))


@dataclass(frozen=True)
class Delivery:
    """One request that tells of events: its rows as they were judged, its entry in the audit, its Idempotency-Key if any.

    `subjects` names each customer of its rows as the audit does.
    """

    judged: Sequence[Judged]
    subjects: dict[str, str]
    audit: AuditEntry
    repeatable: RepeatableRequest | None = None


@dataclass(frozen=True)
class Taken:
    """What a delivery was answered; `judged` as it came out, None where it was answered before."""

    answer: StoredAnswer
    judged: Sequence[Judged] | None = None


class Receiver:
    """Takes deliveries for one process. Close it before the engine."""

    def __init__(self, engine: Engine, clock: Callable[[], Timestamp]) -> None:
        self._clock = clock
        self._group: GroupCommit[Delivery, Taken] = GroupCommit(engine, self._take_all)

    def submit(self, delivery: Delivery) -> Future[Taken]:
        """Leave a delivery; its answer comes once its rows are on disk."""
        return self._group.submit(delivery)

    def close(self) -> None:
        """Answer what waits."""
        self._group.close()

    def _take_all(self, connection: Connection, deliveries: Sequence[Delivery]) -> list[Taken | Exception]:
        moment = hold_inbox(connection, now=self._clock())
        taken: list[Taken | Exception] = []
        for delivery in deliveries:
            taken.append(self._taken(connection, delivery, moment=moment))
            moment += len(delivery.judged)
        return taken

    def _taken(self, connection: Connection, delivery: Delivery, *, moment: Timestamp) -> Taken | Exception:
        request = delivery.repeatable
        try:
            before = remembered(connection, request, now=delivery.audit.at) if request else None
        except LifecycleError as refusal:
            return refusal
        if before:
            return Taken(before)
        judged = _without_erased(connection, delivery)
        _keep(connection, delivery, judged, moment=moment)
        results = Results(delivery.audit.request_id, moment, judged)
        stored = StoredAnswer(200, JSON, results_body(results))
        if request:
            remember(connection, request, stored)
        return Taken(stored, judged)


def _without_erased(connection: Connection, delivery: Delivery) -> list[Judged]:
    """Return the rows as judged, those about people who were erased refused; asked in the transaction that would keep them."""
    gone = erased_names(connection, delivery.subjects.values())
    erased = {customer for customer, name in delivery.subjects.items() if name in gone}
    return [_ERASED if one.row and one.row.customer_id in erased else one for one in delivery.judged]


def _keep(connection: Connection, delivery: Delivery, judged: Sequence[Judged], *, moment: Timestamp) -> None:
    rows = [
        _dated(one.row, moment + place, key_id=delivery.audit.caller_id)
        for place, one in enumerate(judged)
        if one.row is not None
    ]
    keep_rows(connection, rows, newest=moment + len(judged) - 1)
    record_in(connection, _entries(delivery))


def _dated(row: ToldRow, moment: Timestamp, *, key_id: str | None) -> InboxRow:
    known = b"" if row.is_dated else b'"known_at":"%s",' % format_time(moment).encode()
    return InboxRow(moment, row.source, row.customer_id, key_id, b"{" + known + row.content[1:])


def _entries(delivery: Delivery) -> list[AuditEntry]:
    """Return an entry for each customer told about, those refused as erased among them; one without a customer where none is."""
    names = list(delivery.subjects.values())
    return [delivery.audit._replace(subject=name) for name in names] or [delivery.audit]


def customers_of(judged: Iterable[Judged]) -> list[str]:
    """Return whom the rows that keep their contract are about, each once."""
    return list(dict.fromkeys(row.customer_id for row in told_rows(list(judged)) if row.customer_id is not None))
