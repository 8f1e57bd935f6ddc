"""Which customers stand on a page: from the snapshot's order, with those of whom there are news in the place of their news.

Within one live state nobody is told twice and nobody is left out: a page begins at a position of an order that does not change,
and at a figure and id among the customers of whom there are news.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from serving.listing.cursors import Cursor
from serving.listing.filters import Filters
from serving.listing.listing import Listing
from serving.listing.orders import Mark, Ordering
from serving.listing.traits import figure_of, traits_of
from serving.live.state import Found, LiveState


@dataclass(frozen=True)
class Wanted:
    """Whom a page is to tell of, in which order, and how many at most."""

    filters: Filters
    ordering: Ordering
    limit: int


@dataclass(frozen=True)
class Page:
    """Customers in order, how many the snapshot holds of them in all, and where the next page begins; None after the last."""

    found: Sequence[Found]
    total: int
    next: Cursor | None


@dataclass(frozen=True)
class _Placed:
    """A customer, and the position behind them in the snapshot's order; None for one of whom there are news."""

    found: Found
    behind: int | None


def page_of(state: LiveState, listing: Listing, *, wanted: Wanted, cursor: Cursor, fresh: Sequence[Found] = ()) -> Page:
    """Return the page that begins at the cursor; `fresh` are all customers of whom more is known than the snapshot knew."""
    mask = wanted.filters.matching(listing.traits)
    standing = _standing(state, listing, wanted=wanted, mask=mask, first=cursor.position)
    with_news = _with_news(state, fresh, wanted=wanted, cursor=cursor)
    merged = wanted.ordering.merged(standing, with_news)
    total = len(listing.traits.stage) if mask is None else int(np.count_nonzero(mask))
    found: list[Found] = []
    for mark, placed in merged:
        if len(found) == wanted.limit:
            return Page(found, total, cursor)
        found.append(placed.found)
        cursor = _moved(cursor, mark, placed)
    return Page(found, total, None)


def _standing(
    state: LiveState, listing: Listing, *, wanted: Wanted, mask: np.ndarray | None, first: int
) -> Iterator[tuple[Mark, _Placed]]:
    """Give the customers of the snapshot from a position on, but for those of whom there are news or who were erased."""
    ids = state.predictions.ids.ids
    for position, place in listing.places(wanted.ordering, first=first, mask=mask):
        found = state.find(ids[place].as_py())
        if found is not None and not found.is_fresh:
            yield _mark(state, found, ordering=wanted.ordering), _Placed(found, position + 1)


def _with_news(state: LiveState, fresh: Sequence[Found], *, wanted: Wanted, cursor: Cursor) -> list[tuple[Mark, _Placed]]:
    items = []
    told = Mark(cursor.figure, cursor.customer_id)
    for found in fresh:
        mark = _mark(state, found, ordering=wanted.ordering)
        is_meant = wanted.filters.hold(traits_of(state, np.array([found.values])))
        if is_meant and (not told.customer_id or wanted.ordering.precedes(told, mark)):
            items.append((mark, _Placed(found, None)))
    return wanted.ordering.arranged(items)


def _moved(cursor: Cursor, mark: Mark, placed: _Placed) -> Cursor:
    if placed.behind is not None:
        return msgspec.structs.replace(cursor, position=placed.behind)
    return msgspec.structs.replace(cursor, figure=mark.figure, customer_id=mark.customer_id)


def _mark(state: LiveState, found: Found, *, ordering: Ordering) -> Mark:
    return Mark(figure_of(state, found.values, ordering.sort), found.customer_id)
