"""Which decisions were handed out, which of a customer's is the newest for an occasion, and what was each made from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, func, or_, select, text, tuple_, update

from features.errors import NotFound
from features.times import Timestamp
from serving.database.locks import Lock, hold, share
from serving.database.tables import decisions, exposures, outcomes
from serving.door.problems import ForCallers

KEPT, SET_ASIDE, ERASED = "kept", "set_aside", "erased"

_kept = decisions.c


class UnknownDecision(ForCallers, NotFound):
    """No decision has this id."""

    problem = "unknown-decision"


class DecisionErased(ForCallers, NotFound):
    """The decision was erased with everything else about its customer."""

    status = 410
    problem = "erased"


@dataclass(frozen=True)
class Slot:
    """One place of a decision: what is suggested on which channel, `nothing` included; `probability` in the first alone."""

    rank: int
    offer_id: str
    kind: str | None
    channel: str | None
    arm: str
    probability: float | None
    response_days: int | None


@dataclass(frozen=True)
class KeptDecision:
    """A decision as it stands in the database. `context` is empty where no occasion was named."""

    id: str
    customer_id: str
    context: str
    window_start: Timestamp
    valid_until: Timestamp
    decided_at: Timestamp
    agent_id: str | None
    key_id: str | None
    company: str
    bundle: str
    snapshot: str
    document: bytes


_COLUMNS = [_kept[name] for name in KeptDecision.__dataclass_fields__]
_BY_ID = select(_kept.state, *_COLUMNS).where(_kept.id == bindparam("decision_id"))
# Built once: to build a statement costs more than to run it.
_INSERT, _INSERT_SLOTS = decisions.insert(), exposures.insert()
_NEWEST = select(*_COLUMNS).where(
    _kept.sequence.in_(
        select(func.max(_kept.sequence))
        .where(tuple_(_kept.customer_id, _kept.context).in_(bindparam("windows", expanding=True)), _kept.state == KEPT)
        .group_by(_kept.customer_id, _kept.context)
    )
)


def keep(connection: Connection, made: Sequence[tuple[KeptDecision, Sequence[Slot]]]) -> None:
    """Store decisions with their slots, in the caller's transaction."""
    if not made:
        return
    connection.execute(_INSERT, [{**vars(decision), "state": KEPT} for decision, _ in made])
    connection.execute(
        _INSERT_SLOTS,
        [
            {
                **vars(slot),
                "decision_id": decision.id,
                "customer_id": decision.customer_id,
                "decided_at": decision.decided_at,
            }
            for decision, slots in made
            for slot in slots
        ],
    )


def decision_of(connection: Connection, decision_id: str) -> KeptDecision:
    """Return one decision.

    Raises
    ------
    UnknownDecision
        If there is none of that id.
    DecisionErased
        If it was erased with its customer.
    """
    row = connection.execute(_BY_ID, {"decision_id": decision_id}).one_or_none()
    if row is None:
        raise UnknownDecision("No decision has this id; take the `decision_id` of an answer to a decision.")
    if row.state == ERASED:
        raise DecisionErased("This decision was erased with everything else about its customer.")
    return _decision(row)


def newest_of(connection: Connection, windows: Collection[tuple[str, str]]) -> dict[tuple[str, str], KeptDecision]:
    """Return the newest decision of each pair of customer and context that has one."""
    rows = connection.execute(_NEWEST, {"windows": list(windows)})
    return {(row.customer_id, row.context): _decision(row) for row in rows}


def set_aside_since(connection: Connection, decision: KeptDecision) -> int:
    """Set aside what was decided in the window after a decision and never touched since, so that it is the newest again.

    One about which anything stands that was told is left alone, and so are those before it. Return how many were set aside.
    """
    here = and_(_kept.customer_id == decision.customer_id, _kept.context == decision.context, _kept.state == KEPT)
    since = select(_kept.sequence).where(_kept.id == decision.id).scalar_subquery()
    is_touched = or_(exposures.c.shown_at.is_not(None), exposures.c.outcome.is_not(None))
    touched = select(exposures.c.decision_id).where(exposures.c.customer_id == decision.customer_id, is_touched)
    if connection.scalar(select(_kept.id).where(here, _kept.sequence > since, _kept.id.in_(touched)).limit(1)):
        return 0
    return connection.execute(update(decisions).where(here, _kept.sequence > since).values(state=SET_ASIDE)).rowcount


def hold_customers(connection: Connection, customer_ids: Collection[str]) -> None:
    """Let nobody else decide for these customers until the transaction ends, and no drain begin.

    On PostgreSQL the customers are locked in one order, so that two that hold several never wait for each other.
    """
    share(connection, Lock.DRAIN)
    if connection.dialect.name == "postgresql":
        connection.execute(_CUSTOMERS, {"customers": sorted(customer_ids)})


def hold_still(connection: Connection) -> None:
    """Wait until every transaction that decides or hears an outcome has ended, and let none begin until this one ends."""
    hold(connection, Lock.DRAIN)


def erase_decisions(connection: Connection, customer_id: str) -> int:
    """Remove all that decisions hold about a customer, and return how many there were; their ids answer `erased` afterwards."""
    for table in (exposures, outcomes):
        connection.execute(delete(table).where(table.c.customer_id == customer_id))
    nothing: dict[str, Any] = dict.fromkeys(column.name for column in _COLUMNS if column.nullable)
    gone = update(decisions).where(_kept.customer_id == customer_id).values(**nothing, state=ERASED)
    return connection.execute(gone).rowcount


_SPACE = 0x11FEC  # any number, the same in every process of every version: locks of customers live in a space of their own
_CUSTOMERS = text(
    f"SELECT pg_advisory_xact_lock({_SPACE}, hashtext(customer)) FROM "  # noqa: S608 (a number of ours)
    "(SELECT customer FROM unnest(CAST(:customers AS text[])) AS customer ORDER BY hashtext(customer)) AS sorted"
)


def _decision(row: Row[Any]) -> KeptDecision:
    return KeptDecision(*(getattr(row, name) for name in KeptDecision.__dataclass_fields__))
