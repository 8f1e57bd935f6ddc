"""Does a question find enough to learn from: a trained model, or the reason why it abstains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from features.company.schema import Company
from features.errors import InvalidInput, Refused
from features.home import Home
from training.examples import Say
from training.questions.registry import question_at
from training.train import TrainedModel, TrainingRun, train

_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Abstained:
    """A model that was not trained, and why, in words: too short a history, or nothing to tell customers apart by."""

    model: str
    reason: str


def or_abstain(model: str, make: Callable[[], _Made]) -> _Made | Abstained:
    """Return what was made; nobody's reason to abstain need keep the other models from being made."""
    try:
        return make()
    except (Refused, InvalidInput) as reason:
        return Abstained(model, str(reason))


def train_or_abstain(
    home: Home, model: str, company: Company, *, run: TrainingRun, say: Say | None = None
) -> TrainedModel | Abstained:
    """Train the model that answers for a company, as its history bears it."""
    return or_abstain(model, lambda: train(home, question_at(home, model, company, as_of=run.as_of), run=run, say=say))
