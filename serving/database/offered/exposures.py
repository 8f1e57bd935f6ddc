"""How far has each suggestion come, what was told about it, and what was a customer shown before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, or_, select, update

from features.times import Timestamp
from serving.database.offered.decisions import Slot
from serving.database.tables import exposures, outcomes
from serving.deciding.progress import Progress, Report, standing_by_slot

_exposure, _told = exposures.c, outcomes.c
# Built once: to build a statement costs more than to run it.
_SLOTS = (
    select(exposures)
    .where(_exposure.decision_id.in_(bindparam("decisions", expanding=True)))
    .order_by(_exposure.decision_id, _exposure.rank)
)
_SHOWN = select(exposures).where(
    _exposure.customer_id.in_(bindparam("customers", expanding=True)),
    or_(_exposure.shown_at >= bindparam("since"), _exposure.outcome_at >= bindparam("since")),
)
_HEARD = (
    select(_told.decision_id, _told.rank, _told.told, _told.is_late)
    .where(_told.decision_id.in_(bindparam("decisions", expanding=True)))
    .order_by(_told.sequence)
)


@dataclass(frozen=True)
class Suggestion:
    """One slot of a decision, whose it is, and how far it has come."""

    decision_id: str
    customer_id: str
    slot: Slot
    progress: Progress

    @property
    def exposure_id(self) -> str:
        """Return its id in the event log."""
        return f"{self.decision_id}/{self.slot.rank}"


@dataclass(frozen=True)
class News:
    """What was told about a suggestion, and how that stands after it."""

    about: Suggestion
    report: Report
    after: Progress


@dataclass(frozen=True)
class Hearing:
    """Who told it and when it came; `is_late` as the channel counts."""

    received_at: Timestamp
    agent_id: str | None
    key_id: str | None
    is_late: bool


def suggestions_of(connection: Connection, decision_ids: Collection[str]) -> dict[str, list[Suggestion]]:
    """Return the slots of each of these decisions, by rank."""
    if not decision_ids:
        return {}
    found: dict[str, list[Suggestion]] = {decision_id: [] for decision_id in decision_ids}
    heard = _heard(connection, decision_ids)
    for row in connection.execute(_SLOTS, {"decisions": list(decision_ids)}):
        found[row.decision_id].append(_suggestion(row, heard.get((row.decision_id, row.rank), frozenset())))
    return found


def shown_to(connection: Connection, customer_ids: Collection[str], *, since: Timestamp) -> dict[str, list[Suggestion]]:
    """Return what each of these customers was shown, or answered, since a moment."""
    found: dict[str, list[Suggestion]] = {customer_id: [] for customer_id in customer_ids}
    for row in connection.execute(_SHOWN, {"customers": list(customer_ids), "since": since}):
        found[row.customer_id].append(_suggestion(row, frozenset()))
    return found


def waiting_for_answer(connection: Connection, customer_id: str, *, since: Timestamp) -> list[Suggestion]:
    """Return the offers a customer was shown since a moment and has not answered, the newest first."""
    waits = and_(_exposure.customer_id == customer_id, _exposure.shown_at >= since, _exposure.outcome.is_(None))
    rows = connection.execute(select(exposures).where(waits).order_by(_exposure.shown_at.desc(), _exposure.rank))
    return [_suggestion(row, frozenset()) for row in rows]


def hear(connection: Connection, news: News, *, hearing: Hearing) -> None:
    """Store what was told about a suggestion, and how it stands now, in the caller's transaction."""
    about, report, after = news.about, news.report, news.after
    state = {
        "shown_at": after.shown_at,
        "outcome": after.outcome,
        "outcome_at": after.outcome_at,
        "outcome_reason": after.reason,
    }
    place = {"decision_id": about.decision_id, "rank": about.slot.rank}
    connection.execute(
        outcomes.insert().values(
            **place,
            **state,
            customer_id=about.customer_id,
            told=report.told,
            at=report.at,
            received_at=hearing.received_at,
            is_late=int(hearing.is_late),
            agent_id=hearing.agent_id,
            key_id=hearing.key_id,
        )
    )
    here = and_(*(exposures.c[name] == value for name, value in place.items()))
    connection.execute(update(exposures).where(here).values(state))


def last_heard(connection: Connection, about: Suggestion) -> Timestamp | None:
    """Return when the last word about a suggestion came; None if none did."""
    here = and_(_told.decision_id == about.decision_id, _told.rank == about.slot.rank)
    return connection.execute(select(_told.received_at).where(here).order_by(_told.sequence.desc()).limit(1)).scalar()


def late_answers(connection: Connection, decision_id: str) -> frozenset[int]:
    """Return the ranks of a decision whose answer came late."""
    rows = connection.execute(_HEARD, {"decisions": [decision_id]})
    return frozenset(rank for (_, rank), words in standing_by_slot(rows).items() if any(word.is_late for word in words))


def _heard(connection: Connection, decision_ids: Collection[str]) -> dict[tuple[str, int], frozenset[str]]:
    rows = connection.execute(_HEARD, {"decisions": list(decision_ids)})
    return {place: frozenset(word.told for word in words) for place, words in standing_by_slot(rows).items()}


def _suggestion(row: Row[Any], heard: frozenset[str]) -> Suggestion:
    slot = Slot(*(getattr(row, name) for name in Slot.__dataclass_fields__))
    progress = Progress(row.decided_at, row.shown_at, row.outcome, row.outcome_at, row.outcome_reason, heard)
    return Suggestion(row.decision_id, row.customer_id, slot, progress)


def suggested(suggestions: Sequence[Suggestion], offer_id: str) -> Suggestion | None:
    """Return the slot that suggests an offer; None if none does."""
    return next((one for one in suggestions if one.slot.offer_id == offer_id), None)
