"""Which rows of the operational database are over: found and deleted in portions, so that nobody who writes waits long.

Never deleted: keys, people, the audit, recoveries (which are budgets), erasures, whatever still stands or waits, and decisions
that the event log does not hold yet. Batches go a week after they ended, with their results, by the task that answers them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, delete, func, or_, select

from features.times import DAY, Timestamp
from serving.database.idempotency import KEPT
from serving.database.tables import (
    alerts,
    decisions,
    deliveries,
    drain_cursors,
    exposures,
    idempotent_answers,
    outcomes,
    sessions,
)
from serving.database.transactions import reading, writing
from serving.people.sessions import is_over
from serving.pruning.retention import Retention

PORTION = 1_000


@dataclass(frozen=True)
class Over:
    """Which rows of a table are over, and the column they are taken by, one portion after the other."""

    table: Table
    where: ColumnElement[bool]
    by: str = "id"


def what_is_over(connection: Connection, keep: Retention, *, now: Timestamp) -> dict[str, Over]:
    """Return, by table, the rows that may go."""

    def before(days: int) -> Timestamp:
        return now - days * DAY

    old = before(keep.deliveries_days)
    is_settled = or_(deliveries.c.delivered_at < old, deliveries.c.dead_at < old)
    found = [
        Over(idempotent_answers, idempotent_answers.c.started_at < now - KEPT, by="idempotency_key"),
        Over(deliveries, is_settled),
        Over(sessions, is_over(now), by="digest"),
        Over(alerts, alerts.c.ended_at < before(keep.alerts_days)),
    ]
    if keep.decisions_days:
        found.append(Over(decisions, _drained(connection, before(keep.decisions_days))))
    return {over.table.name: over for over in found}


def count_rows(engine: Engine, keep: Retention, *, now: Timestamp) -> dict[str, int]:
    """Return, by table, how many rows may go."""
    with reading(engine) as connection:
        over = what_is_over(connection, keep, now=now)
        return {
            str(name): connection.scalar(select(func.count()).select_from(one.table).where(one.where)) or 0
            for name, one in over.items()
        }


def prune_rows(engine: Engine, keep: Retention, *, now: Timestamp) -> dict[str, int]:
    """Delete what may go, a transaction a portion, and return by table how many rows went."""
    with reading(engine) as connection:
        over = what_is_over(connection, keep, now=now)
    return {str(name): _emptied(engine, one) for name, one in over.items()}


def _emptied(engine: Engine, over: Over) -> int:
    count = 0
    while True:
        column = over.table.c[over.by]
        with writing(engine) as connection:
            ids = list(connection.scalars(select(column).where(over.where).limit(PORTION)))
            if not ids:
                return count
            if over.table is decisions:
                _delete_slots(connection, ids)
            count += connection.execute(delete(over.table).where(over.where, column.in_(ids))).rowcount


def _delete_slots(connection: Connection, ids: list[str]) -> None:
    for table in (outcomes, exposures):
        connection.execute(delete(table).where(table.c.decision_id.in_(ids)))


def _drained(connection: Connection, before: Timestamp) -> ColumnElement[bool]:
    """Return which decisions are older and stand in the event log with all that was told about them."""
    cursors: Mapping[str, int] = {row.stream: row.sequence for row in connection.execute(select(drain_cursors))}
    told_later = select(outcomes.c.decision_id).where(outcomes.c.sequence > cursors.get("outcomes", 0))
    is_in_log = decisions.c.sequence <= cursors.get("decisions", 0)
    return and_(decisions.c.decided_at < before, is_in_log, decisions.c.id.not_in(told_later))
