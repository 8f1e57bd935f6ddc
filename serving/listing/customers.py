"""Work lists and segments: customers by stage, band, category and alert, in an order, a page at a time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from msgspec import UNSET
from starlette.responses import Response

from features.times import format_time
from serving.api.asked import Asked, ask, reply
from serving.door.access import READ, access
from serving.door.cursors import cursor_text
from serving.door.route import Call
from serving.listing.answers import CustomersAnswer, listed
from serving.listing.cursors import first_cursor, query_digest, read_cursor
from serving.listing.filters import FILTERS, read_filters
from serving.listing.listing import Listing
from serving.listing.orders import NATURAL, Ordering, Way
from serving.listing.pages import Page, Wanted, page_of
from serving.listing.schemas import (
    USUALLY_LISTED,
    AlertQuery,
    BandQuery,
    CategoryQuery,
    CursorQuery,
    LimitQuery,
    OrderQuery,
    SortQuery,
    StageQuery,
)
from serving.live.state import Found, LiveState

CUSTOMERS = "/v1/customers"


@dataclass(frozen=True)
class _Question:
    """One page that is asked for, its words checked."""

    asked: Asked
    wanted: Wanted
    query: str
    cursor: str | None


@access(READ)
async def get_customers(
    call: Call,
    stage: StageQuery = None,
    band: BandQuery = None,
    category: CategoryQuery = None,
    alert: AlertQuery = None,
    sort: SortQuery = "risk",
    order: OrderQuery = None,
    limit: LimitQuery = USUALLY_LISTED,
    cursor: CursorQuery = None,
) -> Response:
    """List customers by stage, band, value category and alert, those who need a look first, a page at a time."""
    asked, ordering = ask(call), Ordering(sort, order or NATURAL[sort])
    words = {name: given for name, given in zip(FILTERS, (stage, band, category, alert), strict=True) if given is not None}
    wanted = Wanted(read_filters(asked.state, words), ordering, limit)
    question = _Question(asked, wanted, query_digest(sort=sort, way=ordering.way, **words), cursor)
    listing = await call.service.lists.listing(asked.state)
    page = await asyncio.to_thread(_page, question, listing)
    call.service.reads.note(call.exchange, [found.customer_id for found in page.found], route=CUSTOMERS)
    return reply(_answer(question, page, request_id=call.exchange.request_id), asked.state)


def _page(question: _Question, listing: Listing) -> Page:
    state, wanted = question.asked.state, question.wanted
    start = first_cursor(listing.digest, question.query)
    if question.cursor is not None:
        start = read_cursor(question.cursor, predictions=listing.digest, query=question.query)
    return page_of(state, listing, wanted=wanted, cursor=start, fresh=customers_with_news(state))


def customers_with_news(state: LiveState) -> list[Found]:
    """Return every customer of whom more is known than the snapshot knew."""
    return [found for customer_id in state.overlay.rows if (found := state.find(customer_id)) is not None]


def _answer(question: _Question, page: Page, *, request_id: str) -> CustomersAnswer:
    state, held, ordering = question.asked.state, question.asked.standing, question.wanted.ordering
    way: Way = ordering.way
    return CustomersAnswer(
        as_of=format_time(state.as_of),
        request_id=request_id,
        degraded=held.degraded,
        warnings=held.warnings,
        versions=state.versions,
        sort=ordering.sort,
        order=way,
        total=page.total,
        items=[listed(state, found) for found in page.found],
        next_cursor=UNSET if page.next is None else cursor_text(page.next),
    )
