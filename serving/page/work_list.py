"""The work list: whom to care for now, and why they stand where they stand; and the search for a customer."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Query
from starlette.responses import RedirectResponse, Response

from serving.api.asked import Asked, ask
from serving.door.access import READ, access
from serving.door.route import Call
from serving.page.frame.shell import page, wording_for
from serving.page.work.chosen import chosen_of
from serving.page.work.listed import list_shown
from serving.page.work.notices import about_names, notices_of
from serving.page.work.reader import PATH, Reading
from serving.page.work.rows import customer_url, rows_shown
from serving.page.work.searching import MOST_FOUND, leads_to, matches_of
from serving.page.work.trail import LONGEST_TRAIL

WORK_LIST = PATH

SoughtQuery = Annotated[str, Query(max_length=200)]
WordQuery = Annotated[str, Query(max_length=100)]
AtQuery = Annotated[str, Query(max_length=LONGEST_TRAIL)]


@access(READ)
async def work_list_page(
    call: Call,
    q: SoughtQuery = "",
    stage: WordQuery = "",
    band: WordQuery = "",
    category: WordQuery = "",
    alert: WordQuery = "",
    at: AtQuery = "",
) -> Response:
    """Show the customers to care for now, or those who are searched for."""
    asked = ask(call)
    names = await asyncio.to_thread(call.service.names.now)
    reading = Reading(asked.state, names, wording_for(call), call.service.clock())
    sought = " ".join(q.split())
    if sought:
        return await _found(asked, reading, sought)
    return await _listed(asked, reading, {"stage": stage, "band": band, "category": category, "alert": alert}, at=at)


async def _listed(asked: Asked, reading: Reading, words: dict[str, str], *, at: str) -> Response:
    call, chosen = asked.call, chosen_of(reading, words)
    listing = await call.service.lists.listing(asked.state)
    shown = await asyncio.to_thread(list_shown, reading, listing, chosen, at=at)
    call.service.reads.note(call.exchange, [row.customer_id for row in shown.rows], route=WORK_LIST)
    notices = [*notices_of(reading, asked.standing), *filter(None, [about_names(reading)])]
    return page(call, "work_list.html", shown=shown, chosen=chosen, notices=notices)


async def _found(asked: Asked, reading: Reading, sought: str) -> Response:
    call = asked.call
    customer_id = leads_to(asked.state, sought)
    if customer_id is not None:
        return RedirectResponse(customer_url(customer_id), 303)
    matches = await asyncio.to_thread(matches_of, reading, sought)
    rows = await asyncio.to_thread(rows_shown, reading, matches.found)
    call.service.reads.note(call.exchange, [row.customer_id for row in rows], route=WORK_LIST)
    notices = [*notices_of(reading, asked.standing), *filter(None, [about_names(reading)])]
    count = reading.say.plural("%(count)s customer found", "%(count)s customers found", len(rows))
    return page(
        call, "work/found.html", sought=sought, rows=rows, count=count, is_more=matches.is_more, most=MOST_FOUND, notices=notices
    )
