"""Has anything about a customer changed since the page was made: a short mark, cheap to ask for, that tells nothing else."""

from __future__ import annotations

import asyncio
import hashlib

from sqlalchemy import Connection, func, select
from starlette.responses import PlainTextResponse, Response

from features.times import Timestamp
from serving.answering.customer_id import CustomerId
from serving.api.asked import ask, found_in
from serving.database.offered.decisions import newest_of
from serving.database.tables import outcomes, recoveries
from serving.database.transactions import reading
from serving.door.access import READ, access
from serving.door.route import Call
from serving.live.state import Found, LiveState

MARK = "/page/customers/{customer_id}/mark"


@access(READ)
async def customer_mark(call: Call, customer_id: CustomerId) -> Response:
    """Return the mark of a customer's page as it would be made now; it shows nothing of them, so it leaves no entry."""
    state = ask(call).state
    found = found_in(state, customer_id)
    return PlainTextResponse(await asyncio.to_thread(_mark, call, state, found), headers={"cache-control": "no-store"})


def mark_of(connection: Connection, state: LiveState, found: Found, *, now: Timestamp) -> str:
    """Return what stands for all that a customer's page is made from: predictions, the decision, what was told and given."""
    window = (found.customer_id, "")
    kept = newest_of(connection, [window]).get(window)
    newest = [
        connection.scalar(select(func.max(table.c.sequence)).where(table.c.customer_id == found.customer_id))
        for table in (outcomes, recoveries)
    ]
    decided = None if kept is None else (kept.id, now < kept.valid_until)
    seen = (state.versions.bundle, state.versions.snapshot, state.versions.company, found.as_of, decided, newest)
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def _mark(call: Call, state: LiveState, found: Found) -> str:
    with reading(call.service.engine) as connection:
        return mark_of(connection, state, found, now=call.service.clock())
