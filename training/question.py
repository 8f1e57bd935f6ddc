"""What must be known of a question before a model can be trained to answer it; `training.questions` holds one file for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from features.company.schema import Company
from features.home import Home
from features.snapshot import Snapshot
from models.model import Model
from training.contest import Contest
from training.examples import Derived, Labelled, Say, StackedExamples


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


@dataclass(frozen=True)
class AskedByCompany:
    """What questions have in common: the company file sets their horizons, and the catalogue's features are all they read."""

    company: Company

    @property
    def horizons_days(self) -> tuple[int, ...]:
        """Return the horizons of the company, ascending."""
        return self.company.horizons_days

    @property
    def horizon_days(self) -> int:
        """Return the horizon that decisions look at."""
        return self.company.horizon_days

    @property
    def gap_days(self) -> int:
        """Return the longest horizon: most labels have closed with it."""
        return max(self.horizons_days)

    def derived(self, home: Home, snapshots: Sequence[Snapshot]) -> list[Derived]:
        """Return nothing beside the catalogue's features, whatever stands at `home`."""
        del home
        return [{} for _ in snapshots]
