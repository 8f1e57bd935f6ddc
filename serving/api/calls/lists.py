"""The calls about many customers, or about all that happened to one: lists, timeline, export, batches."""

from __future__ import annotations

from starlette.responses import Response

from serving.api.calls.declared import BODY, QUESTION, DeclaredCall
from serving.batches import calls as batches
from serving.batches.results import MEDIA
from serving.batches.run import BATCHES
from serving.batches.schemas import BatchesSchema, BatchSchema
from serving.door.media import NDJSON
from serving.history import export, timeline
from serving.history.schemas import TimelineSchema
from serving.listing import customers, schemas

_ROWS = {media.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA.values()}
_LINES = {NDJSON: {"schema": {"type": "string", "format": "binary"}}}

LISTS: tuple[DeclaredCall, ...] = (
    DeclaredCall("GET", customers.CUSTOMERS, customers.get_customers, "getCustomers", schemas.CustomersSchema, (*QUESTION, 410)),
    DeclaredCall(
        "POST",
        BATCHES,
        batches.create_batch,
        "createBatch",
        BatchSchema,
        (*QUESTION, *BODY, 409),
        is_repeatable=True,
        status=202,
    ),
    DeclaredCall("GET", timeline.TIMELINE, timeline.get_timeline, "getTimeline", TimelineSchema, (*QUESTION, 404, 410)),
    DeclaredCall(
        "GET",
        export.EXPORT,
        export.get_export,
        "getExport",
        None,
        (*QUESTION, 404, 410),
        Response,
        said={"responses": {"200": {"content": _LINES}}},
    ),
    DeclaredCall("GET", BATCHES, batches.get_batches, "getBatches", BatchesSchema, QUESTION),
    DeclaredCall("GET", batches.BATCH, batches.get_batch, "getBatch", BatchSchema, (*QUESTION, 404)),
    DeclaredCall("DELETE", batches.BATCH, batches.delete_batch, "deleteBatch", None, (*QUESTION, 404), Response, status=204),
    DeclaredCall(
        "GET",
        batches.RESULTS,
        batches.get_batch_results,
        "getBatchResults",
        None,
        (*QUESTION, 404, 409),
        Response,
        said={"responses": {"200": {"content": _ROWS}}},
    ),
)
