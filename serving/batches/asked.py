"""What does a batch ask about: ids in their order, or everybody whom filters mean; and who these are in a live state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from serving.answering.customer_id import is_customer_id
from serving.answering.flat import FlatCustomer, flat_customer
from serving.listing.cursors import Cursor, first_cursor
from serving.listing.customers import customers_with_news
from serving.listing.filters import read_filters
from serving.listing.listing import Listing
from serving.listing.orders import Ordering
from serving.listing.pages import Wanted, page_of
from serving.live.state import LiveState

PORTION = 2_000
"""So many customers are answered about between two looks whether the batch still stands."""

UNKNOWN, MALFORMED = FlatCustomer(error="unknown_customer"), FlatCustomer(error="malformed_id")
ERASED = FlatCustomer(error="erased")  # without the id, which may stand in no file any more


class BatchAsked(msgspec.Struct, frozen=True, omit_defaults=True):
    """Ids, answered in their order, repeats repeated; or None: everybody whom `filters` mean, by id; without any: everybody."""

    customer_ids: list[str] | None = None
    filters: dict[str, str] = {}

    def without(self, customer_id: str) -> BatchAsked:
        """Return the same question, but for one customer."""
        ids = self.customer_ids
        return self if ids is None else msgspec.structs.replace(self, customer_ids=[each for each in ids if each != customer_id])


@dataclass(frozen=True)
class Portion:
    """Some rows of the answer, and how many there are in all, as far as that is known."""

    rows: Sequence[FlatCustomer]
    total: int


def portions(state: LiveState, asked: BatchAsked, *, listing: Callable[[], Listing]) -> Iterator[Portion]:
    """Give the answer in portions; `listing` is made only where filters need it.

    Raises
    ------
    RequestInvalid
        If a filter holds a word that this live state does not know.
    """
    if asked.customer_ids is None:
        yield from _meant(state, asked.filters, listing())
        return
    ids = asked.customer_ids
    for first in range(0, len(ids), PORTION):
        yield Portion([_row(state, each) for each in ids[first : first + PORTION]], len(ids))


def _meant(state: LiveState, words: Mapping[str, str], listing: Listing) -> Iterator[Portion]:
    wanted = Wanted(read_filters(state, words), Ordering("customer_id", "asc"), PORTION)
    cursor: Cursor | None = first_cursor(listing.digest, "")
    fresh = customers_with_news(state)
    while cursor is not None:
        page = page_of(state, listing, wanted=wanted, cursor=cursor, fresh=fresh)
        yield Portion([flat_customer(state, found) for found in page.found], page.total)
        cursor = page.next


def _row(state: LiveState, customer_id: str) -> FlatCustomer:
    if not is_customer_id(customer_id):
        return MALFORMED
    found = state.find(customer_id)
    if found is not None:
        return flat_customer(state, found)
    return ERASED if state.is_erased(customer_id) else msgspec.structs.replace(UNKNOWN, customer_id=customer_id)
