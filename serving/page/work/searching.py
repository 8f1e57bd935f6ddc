"""Who is meant by what was typed: an id, the beginning of one, or beginnings of words of a name."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from serving.answering.customer_id import is_customer_id
from serving.live.state import Found, LiveState
from serving.page.work.reader import Reading

MOST_FOUND = 20


@dataclass(frozen=True)
class Matches:
    """Who was found, at most 20; `is_more` says that typing more would find others."""

    found: tuple[Found, ...]
    is_more: bool


def leads_to(state: LiveState, text: str) -> str | None:
    """Return the customer whose id was typed, also one who was erased, of whom their page says so; None where it is nobody's."""
    return text if is_customer_id(text) and (state.is_erased(text) or state.find(text) is not None) else None


def matches_of(reading: Reading, text: str) -> Matches:
    """Return who is meant: whose id begins so, then who is called so."""
    found = list(islice(_known(reading, text), MOST_FOUND + 1))
    return Matches(tuple(found[:MOST_FOUND]), len(found) > MOST_FOUND)


def _known(reading: Reading, text: str) -> Iterator[Found]:
    seen: set[str] = set()
    for customer_id in _meant(reading, text):
        if customer_id not in seen:
            seen.add(customer_id)
            found = reading.state.find(customer_id)
            if found is not None:
                yield found


def _meant(reading: Reading, text: str) -> Iterator[str]:
    if is_customer_id(text):
        yield from _beginning_so(reading.state, text)
        yield from sorted(customer_id for customer_id in reading.state.overlay.rows if customer_id.startswith(text))
    if reading.names is not None:
        yield from reading.names.names.called(text)


def _beginning_so(state: LiveState, text: str) -> Iterator[str]:
    ids = state.predictions.ids.ids
    first = bisect_left(range(len(ids)), text, key=lambda place: str(ids[place]))
    for place in range(first, len(ids)):
        customer_id = str(ids[place])
        if not customer_id.startswith(text):
            return
        yield customer_id
