"""Rows of events: taken one by one, the good ones kept although others are not, on disk before they are acknowledged."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from features.errors import LifecycleError
from serving.api.repeats import repeatable, sent
from serving.door.access import INGEST, access
from serving.door.media import JSON, NDJSON
from serving.door.problems import NotJson
from serving.door.route import Call, media_type, read_content
from serving.telling.judging import judge
from serving.telling.receiving import Delivery, Taken, customers_of

EVENTS = "/v1/events"
LINES = (NDJSON, "application/jsonl")


@access(INGEST)
async def create_events(call: Call) -> Response:
    """Tell of events: up to 1,000 rows of one source, or lines of several; each row is accepted or rejected by itself."""
    await read_content(call)
    try:
        delivery = await asyncio.to_thread(_delivery, call)
        taken = await asyncio.wrap_future(call.service.receiver.submit(delivery))
    except LifecycleError as refusal:
        entry = call.service.reads.entry(call.exchange, None, route=EVENTS, status=refusal.status, scope="ingest")
        call.service.reads.leave([entry])
        raise
    _count(call, taken)
    return sent(taken.answer)


def _delivery(call: Call) -> Delivery:
    service, request = call.service, repeatable(call, EVENTS)
    form = media_type(call)
    if form not in (JSON, *LINES):
        raise NotJson(f"Needed rows in JSON, sent with `Content-Type: {JSON}`, or a row a line, with `{LINES[0]}`.")
    judged = judge(call.content, by_line=form in LINES, now=service.clock())
    subjects = {customer_id: service.reads.subject(customer_id) for customer_id in customers_of(judged)}
    audit = service.reads.entry(call.exchange, None, route=EVENTS, scope="ingest")
    return Delivery(judged, subjects, audit, request)


def _count(call: Call, taken: Taken) -> None:
    """Count what came of the rows; what is answered a second time was counted before."""
    for one in taken.judged or ():
        if one.row is not None:
            call.service.metrics.rows_accepted.labels(one.row.source).inc()
        else:
            call.service.metrics.rows_rejected.labels(one.faults[0].type).inc()
