"""Which questions are there, and what of a company file decides what each of them asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from features.company.schema import Company
from features.errors import NotFound
from features.home import Home
from features.times import Timestamp
from training.question import Question
from training.questions.churn.question import ChurnQuestion
from training.questions.offer.question import OfferQuestion
from training.questions.purchase import PurchaseQuestion
from training.questions.transition.question import TransitionQuestion
from training.questions.value.horizons import value_question
from training.questions.value.question import ValueQuestion

_QUESTIONS: Mapping[str, Callable[[Company], Question]] = {
    "churn": ChurnQuestion,
    "transition": TransitionQuestion,
    "purchase": PurchaseQuestion,
    "value": ValueQuestion,
    "offer": OfferQuestion,
}

_DECIDED_BY: Mapping[str, Callable[[Company], dict[str, Any]]] = {
    "churn": lambda company: company.churn.model_dump(include={"grace_days", "at_risk_days", "activity"}),
    "transition": lambda company: {"stages": [[each.name, each.rule.text, each.immediate] for each in company.stage_set.stages]},
    "purchase": lambda _: {},
    "value": lambda company: company.model_dump(include={"discount_rate", "cost_to_serve"}),
    "offer": lambda company: {"response_days": {channel.name: channel.response_days for channel in company.channels}},
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


def question_at(home: Home, model: str, company: Company, *, as_of: Timestamp | None = None) -> Question:
    """Return the question as this history bears it, to be trained: value leaves horizons it has not seen to extrapolation.

    Raises
    ------
    UnknownQuestion
        If there is none of that name.
    """
    return value_question(home, company, as_of=as_of) if model == ValueQuestion.name else question_for(model, company)


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


def still_answering(models: Mapping[str, str], used: Company, company: Company) -> dict[str, str]:
    """Return those of the models, live with the company file `used`, that answer what another one asks; by question."""
    return {model: sha for model, sha in models.items() if asked(model, used) == asked(model, company)}
