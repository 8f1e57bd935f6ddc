"""Which words tell what a model answers: its question, whom it was asked about, and what counts as having happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from training.records.report import TrainingReport


@dataclass(frozen=True)
class Wording:
    """How a model is spoken of.

    `question` takes `days`; `asked` says who was asked about, `not_asked` who was not; `happened` is what "it happened" means.
    """

    question: str
    asked: str
    not_asked: str
    happened: str


WORDINGS: Mapping[str, Wording] = {
    "churn": Wording(
        "Will the customer leave within {days} days?",
        "customers at risk of leaving on the day",
        "who had left by then, or had nothing yet to leave",
        "left",
    ),
    "transition": Wording(
        "In which stage will the customer stand in {days} days?",
        "everybody known on the day",
        "people not yet known",
        "moved",
    ),
    "value": Wording(
        "Which margin will the customer bring within {days} days, discounted, less what serving costs?",
        "everybody known on the day",
        "people not yet known",
        "brought anything",
    ),
    "purchase": Wording(
        "Will the customer buy (order, renewal, upgrade) within {days} days?",
        "everybody known on the day, prospects too",
        "people not yet known",
        "bought",
    ),
    "offer": Wording(
        "Will the customer take the offer that is shown, within the answer time of its channel, {days} days at most?",
        "every offer really shown",
        "offers decided and never shown",
        "accepted",
    ),
}

_DEFINITIONS: Mapping[str, str] = {
    "contract": "Leaving means to cancel, or not to renew.",
    "activity": "Leaving means to fall silent.",
    "acceptance": "Accepted is accepted, whether it was fulfilled since or reversed.",
}


def question_text(report: TrainingReport) -> str:
    """Return the question in a sentence, and what its definition means in another."""
    question = WORDINGS[report.model].question.format(days=report.horizon_days)
    return f"{question} {_DEFINITIONS.get(report.definition, f'Definition: {report.definition}.')}"


def label_means_text(report: TrainingReport) -> str:
    """Return what happened on average within each horizon, such as `left: 3.4% in 30 days`; nothing for stages.

    The mean of a place in the order of stages means nothing.
    """
    if report.model == "transition":
        return ""
    shape = ".2f" if report.model == "value" else ".1%"
    means = ", ".join(f"{mean:{shape}} in {days} days" for days, mean in report.data.label_means.items())
    return f"{'mean margin' if report.model == 'value' else WORDINGS[report.model].happened}: {means}"
