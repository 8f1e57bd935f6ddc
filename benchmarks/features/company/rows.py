"""What do the rows of that company say: the columns of each source, drawn for given owners and times, with the gaps life has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.times import DAY, HOUR, SECOND

Columns = Mapping[str, Any]
"""Arrays by the names of a contract's columns."""
_FEATURES, _CATEGORIES, _TOPICS = 40, 12, 9
_KINDS = ("order", "renewal", "refund", "upgrade", "downgrade", "cancellation")
_KIND_CHANCES = (0.70, 0.12, 0.06, 0.05, 0.03, 0.04)
_MILESTONES = ("account_created", "first_project", "team_invited", "integration_connected")


@dataclass(frozen=True)
class Drawn:
    """Rows of which only the owner (a position in `ids`) and the time stand yet, sorted by both."""

    ids: pa.StringArray
    owners: NDArray[np.int64]
    times: NDArray[np.int64]
    random: np.random.Generator

    @property
    def size(self) -> int:
        """Return how many rows there are."""
        return len(self.owners)

    @property
    def customer_ids(self) -> pa.StringArray:
        """Return whose each row is."""
        return self.ids.take(pa.array(self.owners))

    def numbered(self, prefix: str) -> pa.StringArray:
        """Return an id for each row."""
        return pc.binary_join_element_wise(prefix, _text(np.arange(self.size)), "")

    def chance(self, share: float) -> NDArray[np.bool_]:
        """Return which rows a thing befalls that befalls so many of them."""
        return self.random.random(self.size) < share

    def one_of(self, names: tuple[str, ...], chances: tuple[float, ...] | None = None) -> pa.StringArray:
        """Return one of the names for each row."""
        return pa.array(names).take(pa.array(self.random.choice(len(names), self.size, p=chances)))

    def some(self, values: object, absent: float) -> pa.Array:
        """Return the values, with a share of them absent."""
        array = pa.array(values)
        return pc.if_else(pa.array(self.chance(absent)), pa.nulls(self.size, array.type), array)

    def later(self, typical: int) -> NDArray[np.int64]:
        """Return moments after the rows' own, to the millisecond: mostly soon, some much later."""
        return self.times + 1000 + self.random.exponential(typical, self.size).astype(np.int64) // 1000 * 1000

    def known_at(self) -> NDArray[np.int64]:
        """Return when rows were known: 95 % within minutes, the rest by a device that was offline for up to days."""
        return np.where(self.chance(0.05), self.later(DAY), self.later(20 * SECOND))


def usage_of(drawn: Drawn) -> Columns:
    """Return uses: features of unequal popularity, customers of unequal breadth, a tenth by nobody named."""
    breadth = 1 + drawn.owners * 7919 % _FEATURES
    which = (drawn.random.random(drawn.size) ** 2 * breadth).astype(np.int64)
    user = (drawn.random.random(drawn.size) * (1 + drawn.owners * 104_729 % 15)).astype(np.int64)
    return {
        "known_at": drawn.known_at(),
        "occurred_at": drawn.times,
        "feature": pa.array([f"feature_{number:02d}" for number in range(_FEATURES)]).take(pa.array(which)),
        "quantity": drawn.some(drawn.random.integers(1, 50, drawn.size).astype(np.float64), 0.15),
        "user_id": drawn.some(pc.binary_join_element_wise(drawn.customer_ids, _text(user), "-"), 0.1),
    }


def purchases_of(drawn: Drawn) -> Columns:
    """Return purchases, known after the nightly export: orders, renewals with a term, refunds below 0, some without an amount."""
    kinds = drawn.random.choice(len(_KINDS), drawn.size, p=_KIND_CHANCES)
    sign = np.select([kinds == _KINDS.index("refund"), kinds == _KINDS.index("cancellation")], [-1.0, 0.0], 1.0)
    revenue = sign * drawn.random.integers(4, 2000, drawn.size) / 4
    term = np.array([30.0, 90.0, 365.0])[drawn.random.integers(0, 3, drawn.size)]
    has_term = np.isin(kinds, [_KINDS.index("renewal"), _KINDS.index("upgrade"), _KINDS.index("downgrade")])
    category = drawn.random.integers(0, _CATEGORIES, drawn.size)
    return {
        "known_at": drawn.times // DAY * DAY + DAY + 2 * HOUR,
        "occurred_at": drawn.times,
        "kind": pa.array(_KINDS).take(pa.array(kinds)),
        "product_id": pc.binary_join_element_wise("p", _text(category * 20 + drawn.owners % 20), ""),
        "category": drawn.some(pc.binary_join_element_wise("category", _text(category), "_"), 0.03),
        "quantity": drawn.some(sign * drawn.random.integers(1, 6, drawn.size), 0.05),
        "revenue": drawn.some(revenue, 0.02),
        "margin": drawn.some(np.floor(revenue * 1.6) / 4, 0.02),
        "term_days": pa.array(term, mask=~has_term),
    }


def tickets_of(drawn: Drawn) -> Columns:
    """Return tickets: answered after hours or never, resolved days later or still open, and what only a resolution tells."""
    answered = drawn.later(10 * HOUR)
    resolved = answered + drawn.random.exponential(2 * DAY, drawn.size).astype(np.int64) // 1000 * 1000
    never_answered = drawn.chance(0.05)
    is_open = drawn.chance(0.1) | never_answered

    def told(values: NDArray[np.float64] | NDArray[np.bool_]) -> pa.Array:
        return pa.array(values, mask=is_open | drawn.chance(0.05))

    return {
        "known_at": drawn.later(60 * SECOND),
        "opened_at": drawn.times,
        "channel": drawn.one_of(("phone", "email", "chat")),
        "topic": drawn.one_of(tuple(f"topic_{number}" for number in range(_TOPICS))),
        "complaint": drawn.some(drawn.chance(0.15), 0.02),
        "first_response_at": pa.array(answered, mask=never_answered),
        "resolved_at": pa.array(resolved, mask=is_open),
        "contacts": told(drawn.random.geometric(0.6, drawn.size).astype(np.float64)),
        "hand_overs": told(drawn.random.poisson(0.4, drawn.size).astype(np.float64)),
        "waiting_seconds": told(np.floor(drawn.random.exponential(200, drawn.size))),
        "abandoned": told(drawn.chance(0.04)),
        "delighted": told(drawn.chance(0.07)),
    }


def _surveys(drawn: Drawn) -> Columns:
    return {
        "known_at": drawn.known_at(),
        "answered_at": drawn.times,
        "kind": drawn.one_of(("nps", "csat", "ces"), (0.6, 0.3, 0.1)),
        "score": drawn.random.integers(1, 6, drawn.size).astype(np.float64),
        "comment_topic": drawn.some(drawn.one_of(("price", "service", "product")), 0.6),
        "comment_sentiment": drawn.some(drawn.random.integers(-4, 5, drawn.size) / 4, 0.6),
    }


def _mentions(drawn: Drawn) -> Columns:
    return {
        "known_at": drawn.known_at(),
        "occurred_at": drawn.times,
        "network": drawn.one_of(("forum", "news")),
        "sentiment": drawn.some(drawn.random.integers(-4, 5, drawn.size) / 4, 0.1),
    }


def _milestones(drawn: Drawn) -> Columns:
    return {"known_at": drawn.known_at(), "reached_at": drawn.times, "milestone": drawn.one_of(_MILESTONES)}


def _offers(drawn: Drawn) -> Columns:
    silent = drawn.chance(0.5)
    return {
        "known_at": drawn.known_at(),
        "decided_at": drawn.times,
        "decision_id": drawn.numbered("d-"),
        "rank": np.ones(drawn.size),
        "offer_id": drawn.one_of(("annual_plan", "add_on", "nothing")),
        "arm": drawn.one_of(("control", "explore", "policy"), (0.1, 0.1, 0.8)),
        "selection_probability": np.full(drawn.size, 0.5),
        "channel": drawn.one_of(("phone", "email")),
        "shown_at": pa.array(drawn.later(HOUR), mask=drawn.chance(0.3)),
        "outcome": pa.array(drawn.one_of(("accepted", "declined")).to_pylist(), mask=silent),
        "outcome_at": pa.array(drawn.later(3 * DAY), mask=silent),
    }


RARE_ROWS: Mapping[str, tuple[float, Callable[[Drawn], Columns]]] = {
    "surveys": (2.0, _surveys),
    "mentions": (0.2, _mentions),
    "milestones": (2.0, _milestones),
    "offers": (3.0, _offers),
}
"""What none of the 44 features reads, so that the whole catalogue's cost is not that of empty sources: how many a customer."""


def _text(numbers: NDArray[np.int64]) -> pa.StringArray:
    return pa.array(numbers).cast(pa.string())
