"""One customer at a glance: where they stand, what happened, what to offer, what may be given back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Query
from pydantic.json_schema import SkipJsonSchema
from starlette.responses import Response

from features.errors import Damaged, Unavailable
from models.explanation.strongest import Reason
from serving.answering.customer_id import CustomerId
from serving.api.asked import Asked, ask
from serving.deciding.schemas import Name
from serving.door.access import READ, access
from serving.door.route import Call
from serving.history.former import Chance
from serving.history.timeline import read_cursor
from serving.live.state import Found
from serving.page.about.reader import Reader
from serving.page.about.standing import Known, standing_shown
from serving.page.frame.charts import meter
from serving.page.frame.shell import page, wording_for
from serving.page.offering.offers import offers_of
from serving.page.offering.reasons import REASONS
from serving.page.offering.recovery import BOUNDS, recovery_of
from serving.page.offering.withheld import STATES
from serving.page.past.history import history_shown

CUSTOMER = "/page/customers/{customer_id}"

_Part = TypeVar("_Part")

OlderQuery = Annotated[
    str | SkipJsonSchema[None], Query(min_length=1, max_length=400, description="Where older touchpoints begin.")
]
ComplaintQuery = Annotated[
    Name | SkipJsonSchema[None], Query(description="The type of complaint that something may be given back for.")
]


@dataclass(frozen=True)
class Wanted:
    """What of a customer's page was asked for beside the page itself, and what is to be said where something was sent.

    `notice` is of the offers, `not_given` says why nothing was given back.
    """

    older: str | None = None
    complaint: str | None = None
    notice: str | None = None
    not_given: str | None = None
    status: int = 200


@access(READ)
async def customer_page(
    call: Call, customer_id: CustomerId, older: OlderQuery = None, complaint: ComplaintQuery = None
) -> Response:
    """Show everything an agent needs about one customer."""
    return await customer_view(call, customer_id, Wanted(older, complaint))


async def customer_view(call: Call, customer_id: str, wanted: Wanted) -> Response:
    """Return the page of a customer."""
    asked, after = ask(call), read_cursor(wanted.older)
    found = asked.find(customer_id, route=CUSTOMER)
    known, former, offers = await asyncio.gather(_known(asked, found), _now(_former(asked, found)), offers_of(call, asked, found))
    call.service.reads.note(call.exchange, [customer_id], route=CUSTOMER)
    reader = Reader(wording_for(call), call.service.clock())
    things = known.glance.things if known.glance else ()
    return page(
        call,
        "customer.html",
        status=wanted.status,
        here=None if call.method == "GET" else f"/page/customers/{found.customer_id}",
        customer_id=found.customer_id,
        at=reader,
        horizon_days=asked.state.company.horizon_days,
        meter=meter,
        standing=standing_shown(asked, known, reader),
        history=history_shown(asked.state, known, former or (), after=after, reader=reader),
        notice=wanted.notice,
        not_given=wanted.not_given,
        offers=offers,
        recovery=await recovery_of(call, asked, found, things, complaint=wanted.complaint),
        STATES=STATES,
        REASONS=REASONS,
        BOUNDS=BOUNDS,
    )


async def _known(asked: Asked, found: Found) -> Known:
    """Return what is known, as far as it can be read now; the rest of the page is shown without it."""
    service = asked.call.service
    looked = service.glances.look(found.customer_id, as_of=found.as_of, now=service.clock())
    why, glance = await asyncio.gather(_now(_reasons(asked, found)), _now(looked))
    return Known(found, why, glance)


async def _former(asked: Asked, found: Found) -> Sequence[Chance]:
    service = asked.call.service
    return await service.histories.off_loop(lambda: service.former.chances(asked.state, found))


async def _reasons(asked: Asked, found: Found) -> Sequence[Reason]:
    computed = await asked.call.service.reasoner.reasons(asked.state, found)
    return asked.state.reasons(found) if computed is None else computed


async def _now(part: Awaitable[_Part]) -> _Part | None:
    """Return a part of the page; None where it cannot be had now, which the page says in its place."""
    try:
        return await part
    except (Unavailable, Damaged):
        return None
