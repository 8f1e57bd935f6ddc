"""The calls that ask what is known and predicted of customers."""

from __future__ import annotations

from serving.answering import schemas
from serving.api import customers, predictions
from serving.api.calls.declared import BODY, QUESTION, DeclaredCall

ASKING: tuple[DeclaredCall, ...] = (
    DeclaredCall("GET", customers.CUSTOMER, customers.get_customer, "getCustomer", schemas.CustomerSchema, (*QUESTION, 404, 410)),
    DeclaredCall(
        "POST",
        predictions.PREDICTIONS,
        predictions.create_predictions,
        "createPredictions",
        schemas.PredictionsSchema,
        (*QUESTION, *BODY),
    ),
)
