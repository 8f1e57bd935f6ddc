"""Which questions are there, and what of a company file decides what each of them asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from features.company.schema import Company
from features.errors import NotFound
from training.question import Question
from training.questions.churn import ChurnQuestion
from training.questions.purchase import PurchaseQuestion

_QUESTIONS: Mapping[str, Callable[[Company], Question]] = {"churn": ChurnQuestion, "purchase": PurchaseQuestion}

_DECIDED_BY: Mapping[str, Callable[[Company], dict[str, Any]]] = {
    "churn": lambda company: company.churn.model_dump(include={"grace_days", "at_risk_days", "activity"}),
    "purchase": lambda _: {},
}

QUESTIONS = tuple(_QUESTIONS)
"""The names of the models, in the order in which they are trained."""


class UnknownQuestion(NotFound):
    """No model of that name is trained here."""


def question_for(model: str, company: Company) -> Question:
    """Return the question that a model answers for a company.

    Raises
    ------
    UnknownQuestion
        If there is none of that name.
    """
    if model not in _QUESTIONS:
        raise UnknownQuestion(f"needed one of the models {', '.join(QUESTIONS)}, found {model}")
    return _QUESTIONS[model](company)


def asked(model: str, company: Company) -> dict[str, object]:
    """Return all that decides which question a model answers, and from which features: two equal ones ask the same."""
    question = question_for(model, company)
    return {
        "definition": question.definition,
        "horizons_days": list(question.horizons_days),
        "horizon_days": question.horizon_days,
        "features": company.catalogue.signature,
        **_DECIDED_BY[model](company),
    }
