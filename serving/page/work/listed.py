"""Which page of the list is asked for: its customers, how many there are in all, the way on and the way back."""

from __future__ import annotations

from dataclasses import dataclass

from serving.listing.cursors import query_digest
from serving.listing.customers import customers_with_news
from serving.listing.filters import read_filters
from serving.listing.listing import Listing
from serving.listing.orders import NATURAL, Ordering
from serving.listing.pages import Page, Wanted, page_of
from serving.page.work.chosen import Chosen, Relaxed, relaxations
from serving.page.work.notices import order_said, sort_of
from serving.page.work.reader import Reading, address
from serving.page.work.rows import RowShown, rows_shown
from serving.page.work.trail import Trail, first_trail, read_trail

ROWS = 25


@dataclass(frozen=True)
class ListShown:
    """One page of the work list. `has_changed`: the page that was asked for is gone, and this is the first."""

    rows: list[RowShown]
    count: str
    order: str
    number: int
    previous: str | None
    next: str | None
    has_changed: bool
    relaxed: list[Relaxed]


def list_shown(reading: Reading, listing: Listing, chosen: Chosen, *, at: str) -> ListShown:
    """Return the page that begins where a trail leads; the first where it leads nowhere any more."""
    sort = sort_of(reading)
    query = query_digest(page="work list", sort=sort, **chosen.words)
    asked = read_trail(at, predictions=listing.digest, query=query) if at else None
    trail = asked or first_trail(listing.digest, query)
    wanted = Wanted(read_filters(reading.state, chosen.words), Ordering(sort, NATURAL[sort]), ROWS)
    page = page_of(reading.state, listing, wanted=wanted, cursor=trail.here, fresh=customers_with_news(reading.state))
    before, behind = trail.back(), None if page.next is None else trail.onward(page.next)
    return ListShown(
        rows=rows_shown(reading, page.found),
        count=_count(reading, page, chosen),
        order=order_said(reading, sort),
        number=trail.number,
        previous=_url(chosen, before),
        next=_url(chosen, behind),
        has_changed=bool(at) and asked is None,
        relaxed=[] if page.found or before else relaxations(reading, listing, chosen),
    )


def _count(reading: Reading, page: Page, chosen: Chosen) -> str:
    if chosen.words:
        return reading.say.plural("%(count)s customer matches", "%(count)s customers match", page.total)
    return reading.say.plural("%(count)s customer", "%(count)s customers", page.total)


def _url(chosen: Chosen, trail: Trail | None) -> str | None:
    return None if trail is None else address(**chosen.words, at=trail.text())
