"""What must be known of a question before a model can be trained to answer it; `training.questions` holds one file for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from features.company.schema import Company
from features.home import Home
from features.snapshot import Snapshot
from features.times import Timestamp
from models.model import Model
from models.rows import FloatArray
from training.contest import Contest, Measure
from training.examples import Derived, Labelled, Say, StackedExamples, stack_examples
from training.measures import binary
from training.outcomes import Outcomes

Recipe = Mapping[str, Any]
"""What was chosen by a contest, as the model's manifest holds it."""


class Question(Labelled, Protocol):
    """A question about customers: whose answers are known (`Labelled`), how answers compete, and what is fitted."""

    @property
    def name(self) -> str:
        """Return the name of the model that answers, such as `churn`."""
        ...

    @property
    def by_month(self) -> bool:
        """Say whether it is asked of customers month by month: only then can predictions of a month be held against what came."""
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

    @property
    def main(self) -> int:
        """Return the place of that horizon among the columns of the labels."""
        ...

    @property
    def measure(self) -> Measure:
        """Return what takes every measure of answers at that horizon."""
        ...

    def stack(self, home: Home, *, as_of: Timestamp | None = None, say: Say | None = None) -> StackedExamples:
        """Return all that can be learned from, with mature labels; `as_of` pretends that today is that moment."""
        ...

    def contest(self, stacked: StackedExamples, *, seed: int, champion: Recipe | None = None, say: Say | None = None) -> Contest:
        """Let the contenders answer at past moments, choose one by a rule fixed before, and grade it beside the baselines.

        `champion`: the recipe of the live model, graded on the same rows of the same folds.
        """
        ...

    def fit(self, stacked: StackedExamples, contest: Contest, *, seed: int) -> Model:
        """Return what was chosen, fitted again on all mature rows: the model that ships."""
        ...

    def answers(self, said: Mapping[str, FloatArray]) -> FloatArray:
        """Return a model's answers at the main horizon out of the columns it scores, as the contest answers: a row a customer."""
        ...

    def truth(self, labels: FloatArray, derived: Derived) -> FloatArray:
        """Return what came at the main horizon, as the measures read it, from labels and the columns derived of their moment."""
        ...

    def came(self, truth: FloatArray) -> FloatArray:
        """Return what came as columns whose means are levels, (rows, k)."""
        ...

    def outcomes(self, answers: FloatArray, truth: FloatArray) -> Outcomes:
        """Return what was foretold and what came in the form that every question shares."""
        ...


@dataclass(frozen=True)
class AskedByCompany:
    """What questions have in common: the company file sets their horizons, and the catalogue's features are all they read."""

    company: Company

    @property
    def by_month(self) -> bool:
        """Say that it is asked of customers month by month."""
        return True

    @property
    def horizons_days(self) -> tuple[int, ...]:
        """Return the horizons of the company, ascending."""
        return self.company.horizons_days

    @property
    def horizon_days(self) -> int:
        """Return the horizon that decisions look at."""
        return self.company.horizon_days

    @property
    def main(self) -> int:
        """Return the place of that horizon among the columns of the labels."""
        return self.horizons_days.index(self.horizon_days)

    @property
    def gap_days(self) -> int:
        """Return the longest horizon: most labels have closed with it."""
        return max(self.horizons_days)

    def stack(self: Labelled, home: Home, *, as_of: Timestamp | None = None, say: Say | None = None) -> StackedExamples:
        """Return the customers of every month with mature labels."""
        return stack_examples(home, self, as_of=as_of, say=say)

    def derived(self, home: Home, snapshots: Sequence[Snapshot]) -> list[Derived]:
        """Return nothing beside the catalogue's features, whatever stands at `home`."""
        del home
        return [{} for _ in snapshots]

    def truth(self, labels: FloatArray, derived: Derived) -> FloatArray:
        """Return the labels at the main horizon."""
        del derived
        return labels[:, self.main]

    def came(self, truth: FloatArray) -> FloatArray:
        """Return the labels as one column."""
        return truth[:, None]


@dataclass(frozen=True)
class AskedYesOrNo(AskedByCompany):
    """What questions answered by one chance have in common."""

    name: ClassVar[str]

    @property
    def measure(self) -> Measure:
        """Return the measures of chances."""
        return binary.measure

    def answers(self, said: Mapping[str, FloatArray]) -> FloatArray:
        """Return the chance at the main horizon."""
        return said[f"{self.name}_{self.horizon_days}"]

    def outcomes(self, answers: FloatArray, truth: FloatArray) -> Outcomes:
        """Return the chances, and to whom it happened."""
        return Outcomes.of_chances(answers, truth)
