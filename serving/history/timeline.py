"""The ordered touchpoints of one customer: what happened, the newest first, as it is known now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from msgspec import UNSET, Struct, UnsetType
from starlette.responses import Response

from features.contracts.sources import Column, Kind
from features.times import Timestamp, format_time, to_timestamp
from serving.answering.customer_id import CustomerId
from serving.door.access import READ, access
from serving.door.cursors import cursor_text, place_in
from serving.door.media import JSON
from serving.door.problems import UnknownCustomer
from serving.door.route import Call
from serving.history.looking import looked_at
from serving.history.schemas import BeforeQuery, CursorQuery, LimitQuery, SourceQuery
from serving.history.versions import Cell, Version, known_cells, place, standing

TIMELINE = "/v1/customers/{customer_id}/timeline"

_TITLES = {
    "usage": "feature",
    "tickets": "topic",
    "purchases": "kind",
    "surveys": "kind",
    "mentions": "network",
    "milestones": "milestone",
    "offers": "offer_id",
}
"""The column that says most of a row of each source; of `customers` none does."""
_NEVER_TOLD = frozenset({"display_name"})  # for the agent page only


class Fact(Struct, frozen=True, omit_defaults=True):
    """One known field of a touchpoint, as text or as a number."""

    name: str
    text: str | UnsetType = UNSET
    number: float | UnsetType = UNSET


class Touchpoint(Struct, frozen=True, omit_defaults=True):
    """One thing that happened."""

    at: str
    source: str
    id: str
    known_at: str
    facts: list[Fact]
    title: str | UnsetType = UNSET


class TimelineAnswer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A page of touchpoints, the newest first."""

    customer_id: str
    as_of: str
    request_id: str
    items: list[Touchpoint]
    next_cursor: str | UnsetType = UNSET


class After(Struct, frozen=True, array_like=True):
    """The last touchpoint of the page before."""

    at: int
    source: str
    id: str


@dataclass(frozen=True)
class _Asked:
    """Which touchpoints are asked for."""

    source: str | None
    before: Timestamp | None
    after: After | None
    limit: int

    def holds(self, version: Version) -> bool:
        """Return whether this is one of them."""
        after = self.after
        return (
            (self.source is None or version.source == self.source)
            and (self.before is None or version.at < self.before)
            and (after is None or place(version) < (after.at, after.source, after.id))
        )


@access(READ)
async def get_timeline(
    call: Call,
    customer_id: CustomerId,
    source: SourceQuery = None,
    before: BeforeQuery = None,
    limit: LimitQuery = 100,
    cursor: CursorQuery = None,
) -> Response:
    """List what happened to one customer, the newest first: events of every source, decisions and what came of them."""
    now = call.service.clock()
    asked = _Asked(source, None if before is None else to_timestamp(before), read_cursor(cursor), limit)
    versions = await looked_at(call, customer_id, lambda: _versions(call, customer_id), route=TIMELINE)
    found = [version for version in standing(versions, now) if asked.holds(version)]
    answer = _answer(customer_id, found, asked=asked, now=now, request_id=call.exchange.request_id)
    return Response(msgspec.json.encode(answer), media_type=JSON)


def _versions(call: Call, customer_id: str) -> list[Version]:
    found, state = call.service.histories.versions(customer_id), call.service.live.in_service().state
    if not found and (state is None or state.find(customer_id) is None):
        raise UnknownCustomer("Neither the event log nor the live snapshot holds a customer of that id.")
    return found


def touchpoint(version: Version, as_of: Timestamp) -> Touchpoint:
    """Return what is known of one thing at a moment."""
    cells = {column: cell for column, cell in known_cells(version, as_of).items() if column.name not in _NEVER_TOLD}
    title = version.cells.get(_TITLES.get(version.source, ""))
    return Touchpoint(
        format_time(version.at),
        version.source,
        version.id,
        format_time(version.known_at),
        [_fact(column, cell) for column, cell in cells.items()],
        UNSET if title is None else str(title),
    )


def _answer(customer_id: str, found: Sequence[Version], *, asked: _Asked, now: Timestamp, request_id: str) -> TimelineAnswer:
    shown = found[: asked.limit]
    last = shown[-1] if len(found) > len(shown) else None
    return TimelineAnswer(
        customer_id=customer_id,
        as_of=format_time(now),
        request_id=request_id,
        items=[touchpoint(version, now) for version in shown],
        next_cursor=UNSET if last is None else cursor_text(After(*place(last))),
    )


def _fact(column: Column, cell: Cell) -> Fact:
    if column.kind is Kind.TIME and isinstance(cell, int):
        return Fact(column.name, format_time(cell))
    if isinstance(cell, list):
        return Fact(column.name, ", ".join(cell))
    if isinstance(cell, bool):
        return Fact(column.name, str(cell).lower())
    return Fact(column.name, number=cell) if isinstance(cell, int | float) else Fact(column.name, str(cell))


def read_cursor(text: str | None) -> After | None:
    """Return the touchpoint that a cursor names; None where none is given.

    Raises
    ------
    RequestInvalid
        If it is none that a page ended with.
    """
    return None if text is None else place_in(text, After)
