"""Which calls exist: one row each, from which routing, access and the OpenAPI document follow."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel
from starlette.responses import JSONResponse, PlainTextResponse, Response

from serving import schemas
from serving.api import customers, health, predictions
from serving.door.access import Handler
from serving.openapi import OPENAPI, openapi_document


@dataclass(frozen=True)
class DeclaredCall:
    """One call. `operation_id` is what CRM importers name it by; `problems` are the statuses it may refuse with.

    `form` is said in the document alone: the class of the answer's media type.
    """

    method: str
    path: str
    handler: Handler
    operation_id: str
    answer: type[BaseModel] | None
    problems: tuple[int, ...] = ()
    form: type[Response] = JSONResponse


_QUESTION = (401, 403, 422, 503)

CALLS: tuple[DeclaredCall, ...] = (
    DeclaredCall("GET", "/livez", health.livez, "getLiveness", schemas.AliveSchema),
    DeclaredCall("GET", "/readyz", health.readyz, "getReadiness", schemas.ReadySchema),
    DeclaredCall("GET", "/metrics", health.metrics, "getMetrics", None, (401, 403, 503), PlainTextResponse),
    DeclaredCall("GET", OPENAPI, openapi_document, "getOpenapi", None),
    DeclaredCall("GET", customers.CUSTOMER, customers.get_customer, "getCustomer", schemas.CustomerSchema, (*_QUESTION, 404)),
    DeclaredCall(
        "POST",
        predictions.PREDICTIONS,
        predictions.create_predictions,
        "createPredictions",
        schemas.PredictionsSchema,
        (*_QUESTION, 408, 413),
    ),
)
