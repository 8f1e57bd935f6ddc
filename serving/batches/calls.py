"""The calls of bulk questions: ask, look how far, fetch, delete. Whose a batch is not finds none."""

from __future__ import annotations

import asyncio
import secrets

import msgspec
from sqlalchemy import Connection
from starlette.responses import Response, StreamingResponse

from features.errors import Conflict, NotFound
from serving.api.asked import ask
from serving.api.repeats import once, sent
from serving.batches.answers import BatchesAnswer, batch_answer
from serving.batches.asked import BatchAsked
from serving.batches.results import MEDIA, drop_results, results_as
from serving.batches.run import BATCHES
from serving.batches.schemas import BatchId, BatchRequest, FormatQuery, LimitQuery
from serving.database.audit import record_in
from serving.database.batches import (
    Batch,
    batch_of,
    drop_batch,
    keep_batch,
    newest_batches,
    unfinished,
)
from serving.database.idempotency import StoredAnswer
from serving.database.transactions import reading, writing
from serving.door.access import READ, access
from serving.door.media import JSON
from serving.door.problems import ForCallers, RequestInvalid
from serving.door.route import Call
from serving.listing.filters import FILTERS, read_filters

BATCH = BATCHES + "/{batch_id}"
RESULTS = BATCH + "/results"
MOST_UNFINISHED = 20
"""So many batches of one key may wait at once."""


class UnknownBatch(ForCallers, NotFound):
    """No batch of that id was made by this key, or it was dropped since."""

    problem = "unknown-batch"


class BatchNotDone(ForCallers, Conflict):
    """The batch has no results: not yet, or never."""

    problem = "batch-not-done"


class TooManyBatches(ForCallers, Conflict):
    """As many batches of this key wait as may."""

    problem = "too-many-batches"


@access(READ)
async def create_batch(call: Call, body: BatchRequest) -> Response:
    """Ask for predictions of up to 100,000 ids, or of everybody whom filters mean; they are answered in the background."""
    asked = _checked(call, body)
    answer = await asyncio.to_thread(_keep, call, asked)
    response = sent(answer)
    response.headers["location"] = f"{BATCHES}/{msgspec.json.decode(answer.body)['batch_id']}"
    return response


@access(READ)
async def get_batches(call: Call, limit: LimitQuery = 50) -> Response:
    """List the newest batches of this key; with scope `admin`, of every key."""
    found = await asyncio.to_thread(_newest, call, limit)
    answer = BatchesAnswer(call.exchange.request_id, [batch_answer(each) for each in found])
    return Response(msgspec.json.encode(answer), media_type=JSON)


@access(READ)
async def get_batch(call: Call, batch_id: BatchId) -> Response:
    """Return how far a batch is."""
    return Response(msgspec.json.encode(batch_answer(await asyncio.to_thread(_own, call, batch_id))), media_type=JSON)


@access(READ)
async def get_batch_results(call: Call, batch_id: BatchId, format: FormatQuery = "csv") -> Response:
    """Return the rows of a batch that is done, as CSV, NDJSON or Parquet; all come from one live state."""
    batch = await asyncio.to_thread(_own, call, batch_id)
    if batch.state != "done":
        raise BatchNotDone("This batch has no results; its `state` says whether it will have some.")
    try:
        content = await asyncio.to_thread(results_as, call.service.settings.home, batch_id, format)
    except FileNotFoundError:
        raise _unknown() from None
    call.service.reads.leave([call.service.reads.entry(call.exchange, None, route=RESULTS)])
    name = f'attachment; filename="batch-{batch_id}.{format}"'
    return StreamingResponse(content, media_type=MEDIA[format], headers={"content-disposition": name})


@access(READ)
async def delete_batch(call: Call, batch_id: BatchId) -> Response:
    """Cancel a batch, or drop one that ended, with its results."""
    await asyncio.to_thread(_drop, call, batch_id)
    return Response(status_code=204)


def _checked(call: Call, body: BatchRequest) -> BatchAsked:
    words = {name: given for name in FILTERS if (given := getattr(body, name)) is not None}
    if body.customer_ids is not None:
        if words or body.everybody:
            raise RequestInvalid("Needed `customer_ids` with no other member beside it, or filters without it.")
        return BatchAsked(body.customer_ids)
    if not body.everybody and not words:
        raise RequestInvalid("Needed `customer_ids`, a filter, or `everybody: true`.")
    read_filters(ask(call).state, words)
    return BatchAsked(None, words)


def _keep(call: Call, asked: BatchAsked) -> StoredAnswer:
    def keep_it(connection: Connection) -> StoredAnswer:
        key_id = _key_id(call)
        if unfinished(connection, key_id=key_id) >= MOST_UNFINISHED:
            raise TooManyBatches(f"{MOST_UNFINISHED} batches of this key wait already; wait until one is done, or delete one.")
        batch = _waiting(asked, key_id, call.service.clock())
        keep_batch(connection, batch)
        record_in(connection, [call.service.reads.entry(call.exchange, None, route=BATCHES, status=202)])
        return StoredAnswer(202, JSON, msgspec.json.encode(batch_answer(batch)))

    return once(call, BATCHES, keep_it)


def _waiting(asked: BatchAsked, key_id: str, now: int) -> Batch:
    return Batch(
        id=secrets.token_hex(12), key_id=key_id, state="waiting", created_at=now, started_at=None, finished_at=None,
        total=len(asked.customer_ids or ()), failed=None, progress=None, versions=None, fault=None,
        asked=msgspec.json.encode(asked),
    )  # fmt: skip


def _newest(call: Call, limit: int) -> list[Batch]:
    with reading(call.service.engine) as connection:
        return newest_batches(connection, key_id=None if _is_admin(call) else _key_id(call), limit=limit)


def _own(call: Call, batch_id: str) -> Batch:
    with reading(call.service.engine) as connection:
        found = batch_of(connection, batch_id)
    if found is None or not (_is_admin(call) or found.key_id == _key_id(call)):
        raise _unknown()
    return found


def _drop(call: Call, batch_id: str) -> None:
    _own(call, batch_id)
    with writing(call.service.engine) as connection:
        drop_batch(connection, batch_id)
        record_in(connection, [call.service.reads.entry(call.exchange, None, route=BATCH, status=204)])
    drop_results(call.service.settings.home, batch_id)


def _unknown() -> UnknownBatch:
    return UnknownBatch("No batch of that id was made by this key, or it was dropped since.")


def _is_admin(call: Call) -> bool:
    return call.caller is not None and "admin" in call.caller.scopes


def _key_id(call: Call) -> str:
    return "" if call.caller is None else call.caller.key_id
