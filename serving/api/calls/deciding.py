"""The calls about what to offer, what came of it, and who takes care of whom."""

from __future__ import annotations

from serving.api import decisions, offers, outcomes, recoveries, routes
from serving.api.calls.declared import BODY, QUESTION, DeclaredCall
from serving.deciding import schemas as decision_schemas
from serving.front_line import schemas as front_line_schemas

DECIDING: tuple[DeclaredCall, ...] = (
    DeclaredCall(
        "POST",
        decisions.DECISIONS,
        decisions.create_decision,
        "createDecision",
        decision_schemas.DecisionSchema,
        (*QUESTION, *BODY, 404, 409, 410),
        is_repeatable=True,
    ),
    DeclaredCall(
        "POST",
        outcomes.OUTCOMES,
        outcomes.create_outcome,
        "createOutcome",
        decision_schemas.OutcomeSchema,
        (*QUESTION, *BODY, 404, 409, 410),
        is_repeatable=True,
    ),
    DeclaredCall(
        "GET",
        decisions.DECISION,
        decisions.get_decision,
        "getDecision",
        decision_schemas.DecisionSchema,
        (*QUESTION, 404, 410),
    ),
    DeclaredCall("GET", offers.OFFERS, offers.get_offers, "getOffers", decision_schemas.OffersSchema, QUESTION),
    DeclaredCall(
        "GET",
        recoveries.LIMIT,
        recoveries.get_recovery_limit,
        "getRecoveryLimit",
        front_line_schemas.RecoveryLimitSchema,
        (*QUESTION, 404, 410),
    ),
    DeclaredCall(
        "POST",
        recoveries.RECOVERIES,
        recoveries.create_recovery,
        "createRecovery",
        front_line_schemas.RecoverySchema,
        (*QUESTION, *BODY, 404, 409, 410),
        is_repeatable=True,
    ),
    DeclaredCall("GET", routes.ROUTE, routes.get_route, "getRoute", front_line_schemas.RouteSchema, (*QUESTION, 404, 410)),
)
