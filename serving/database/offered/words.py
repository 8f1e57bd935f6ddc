"""Who told what about a customer's offers, word by word: the newest that stand, and one by its number with its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from features.times import Timestamp
from serving.database.tables import exposures, outcomes
from serving.deciding.progress import standing_by_slot

_told = outcomes.c
_WORDS = select(outcomes, exposures.c.offer_id).join(
    exposures, and_(exposures.c.decision_id == _told.decision_id, exposures.c.rank == _told.rank)
)


@dataclass(frozen=True)
class Word:
    """One thing told about an offer of a decision, by whom and when, and how the offer stood after it.

    `number` is its own among all words; `received_at` is when it came, `at` when it happened.
    """

    number: int
    decision_id: str
    customer_id: str
    rank: int
    offer_id: str
    told: str
    at: Timestamp
    received_at: Timestamp
    agent_id: str | None
    key_id: str | None
    shown_at: Timestamp | None
    outcome: str | None
    outcome_at: Timestamp | None
    outcome_reason: str | None


def words_since(connection: Connection, customer_id: str, *, since: Timestamp) -> list[Word]:
    """Return what was told about a customer's offers since a moment and stands, the newest first."""
    here = and_(_told.customer_id == customer_id, _told.received_at >= since)
    decided = select(_told.decision_id).where(here)
    standing = chain.from_iterable(standing_by_slot(_words(connection, _told.decision_id.in_(decided))).values())
    return sorted((word for word in standing if word.received_at >= since), key=lambda word: word.number, reverse=True)


def word_of(connection: Connection, number: int) -> Word | None:
    """Return one word; None where there is none of that number."""
    return next(iter(_words(connection, _told.sequence == number)), None)


def words_about(connection: Connection, decision_id: str, rank: int) -> list[Word]:
    """Return every word about one slot of a decision, taken back or not, the oldest first."""
    return _words(connection, and_(_told.decision_id == decision_id, _told.rank == rank))


def _words(connection: Connection, where: Any) -> list[Word]:
    return [_word(row) for row in connection.execute(_WORDS.where(where).order_by(_told.sequence))]


def _word(row: Row[Any]) -> Word:
    return Word(row.sequence, *(getattr(row, name) for name in Word.__dataclass_fields__ if name != "number"))
