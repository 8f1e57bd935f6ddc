"""Which calls exist: one row each, from which routing, access and the OpenAPI document follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from starlette.responses import JSONResponse, PlainTextResponse, Response

from serving import decision_schemas, front_line_schemas, schemas
from serving.api import customers, decisions, health, offers, outcomes, predictions, recoveries, repeats, routes
from serving.door.access import Handler
from serving.openapi import OPENAPI, openapi_document


@dataclass(frozen=True)
class DeclaredCall:
    """One call. `operation_id` is what CRM importers name it by; `problems` are the statuses it may refuse with.

    `form` is said in the document alone: the class of the answer's media type. `is_repeatable`: it honours an Idempotency-Key.
    """

    method: str
    path: str
    handler: Handler
    operation_id: str
    answer: type[BaseModel] | None
    problems: tuple[int, ...] = ()
    form: type[Response] = JSONResponse
    is_repeatable: bool = False

    @property
    def extra(self) -> dict[str, Any]:
        """Return what the document says beside what follows from the handler."""
        return repeats.PARAMETER if self.is_repeatable else {}


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
    DeclaredCall(
        "POST",
        decisions.DECISIONS,
        decisions.create_decision,
        "createDecision",
        decision_schemas.DecisionSchema,
        (*_QUESTION, 404, 408, 409, 413),
        is_repeatable=True,
    ),
    DeclaredCall(
        "POST",
        outcomes.OUTCOMES,
        outcomes.create_outcome,
        "createOutcome",
        decision_schemas.OutcomeSchema,
        (*_QUESTION, 404, 408, 409, 410, 413),
        is_repeatable=True,
    ),
    DeclaredCall(
        "GET",
        decisions.DECISION,
        decisions.get_decision,
        "getDecision",
        decision_schemas.DecisionSchema,
        (*_QUESTION, 404, 410),
    ),
    DeclaredCall("GET", offers.OFFERS, offers.get_offers, "getOffers", decision_schemas.OffersSchema, _QUESTION),
    DeclaredCall(
        "GET",
        recoveries.LIMIT,
        recoveries.get_recovery_limit,
        "getRecoveryLimit",
        front_line_schemas.RecoveryLimitSchema,
        (*_QUESTION, 404),
    ),
    DeclaredCall(
        "POST",
        recoveries.RECOVERIES,
        recoveries.create_recovery,
        "createRecovery",
        front_line_schemas.RecoverySchema,
        (*_QUESTION, 404, 408, 409, 413),
        is_repeatable=True,
    ),
    DeclaredCall("GET", routes.ROUTE, routes.get_route, "getRoute", front_line_schemas.RouteSchema, (*_QUESTION, 404)),
)
