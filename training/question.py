"""What must be known of a question before a model can be trained to answer it; `training.questions` holds one file for each."""

from __future__ import annotations

from typing import Protocol

from models.model import Model
from training.contest import Contest
from training.examples import Labelled, Say, StackedExamples


class Question(Labelled, Protocol):
    """A question about customers: whose answers are known (`Labelled`), how answers compete, and what is fitted."""

    @property
    def name(self) -> str:
        """Return the name of the model that answers, such as `churn`."""
        ...

    @property
    def definition(self) -> str:
        """Return in a word what exactly is asked, such as which meaning of leaving."""
        ...

    @property
    def horizons_days(self) -> tuple[int, ...]:
        """Return how far ahead is asked, ascending."""
        ...

    @property
    def horizon_days(self) -> int:
        """Return the horizon at which the answers are graded first."""
        ...

    def contest(self, stacked: StackedExamples, *, seed: int, say: Say | None) -> Contest:
        """Let the contenders answer at past moments, choose one by a rule fixed before, and grade it beside the baselines."""
        ...

    def fit(self, stacked: StackedExamples, contest: Contest, *, seed: int) -> Model:
        """Return what was chosen, fitted again on all mature rows: the model that ships."""
        ...
