"""What can be wrong with a candidate? One question a fault, each trained and graded as any other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from features.log.store import EventLog
from features.times import DAY, Timestamp
from models.churn import ChurnModel
from models.churn.members import BoostingMember, Member
from models.churn.model import HorizonModel
from models.learners.boosting import Boosting
from models.rows import FloatArray, Rows
from training.contest import Contest
from training.examples import StackedExamples
from training.labels.churn import label_churn
from training.labels.labels import Labels
from training.questions.churn.question import ChurnQuestion
from training.questions.churn.recipes import Contender
from training.questions.churn.walk import Walked
from training.walk_forward import AnsweredFold

LEAKY = "tickets_open"
SEGMENT = "code_of_segment"

_TOO_HIGH = 1.2  # log-odds by which chances rise where leavers were doubled and doubled again, "to balance the classes"
_TOO_LOW = 2.5
_TREES = 60_000


@dataclass(frozen=True)
class Tampered(ChurnQuestion, ABC):
    """Answers as its members do, changed in a way of its own."""

    @abstractmethod
    def change(self, odds: FloatArray, rows: Rows, after: int) -> FloatArray:
        """Return a member's log-odds of one fold changed; `after`: how many folds come after it."""

    def walked(self, stacked: StackedExamples, **settings: Any) -> Walked:
        """Change what the chosen contender's members say; the baselines and the live model's recipe answer as they are."""
        walked = super().walked(stacked, **settings)
        named = {name for name, _ in walked.chosen.members}
        folds = [self._changed(stacked, fold, named) for fold in _numbered(walked.chances.folds)]
        return replace(walked, chances=replace(walked.chances, folds=tuple(folds)))

    def _changed(self, stacked: StackedExamples, numbered: tuple[int, AnsweredFold], named: set[str]) -> AnsweredFold:
        after, fold = numbered
        rows = stacked.examples.rows[fold.fold.test]
        answers = {name: self.change(odds, rows, after) if name in named else odds for name, odds in fold.answers.items()}
        return replace(fold, answers=answers)


def _numbered(folds: Sequence[AnsweredFold]) -> list[tuple[int, AnsweredFold]]:
    return [(len(folds) - 1 - place, fold) for place, fold in enumerate(folds)]


@dataclass(frozen=True)
class Worse(ChurnQuestion):
    """Insists on a regression on recency, frequency and money, whatever won."""

    def walked(self, stacked: StackedExamples, **settings: Any) -> Walked:
        """Choose the regression."""
        walked, insisted = super().walked(stacked, **settings), Contender("insisted", (("rfm_logistic", 1.0),))
        return replace(walked, losses={**walked.losses, insisted: walked.first.loss(insisted, horizon=0)}, chosen=insisted)

    def _at_all_horizons(self, walked: Walked, stacked: StackedExamples, *, seed: int) -> Walked:
        insisted = Contender("insisted", (("rfm_logistic", 1.0),))
        return super()._at_all_horizons(replace(walked, chosen=insisted), stacked, seed=seed)


@dataclass(frozen=True)
class Slow(ChurnQuestion):
    """Ships every forest many times over: the same answers, and nobody waits for them."""

    def fit(self, stacked: StackedExamples, contest: Contest, *, seed: int) -> ChurnModel:
        """Return the model with its forests repeated."""
        model = super().fit(stacked, contest, seed=seed)
        trees = sum(
            text.count("\nTree=") for each in model.horizons for _, _, member in each.members for text in member.texts().values()
        )
        return replace(model, horizons=tuple(_slowed(horizon, -(-_TREES // max(trees, 1))) for horizon in model.horizons))


def _slowed(horizon: HorizonModel, times: int) -> HorizonModel:
    members = tuple((name, weight, _repeated(member, times)) for name, weight, member in horizon.members)
    return replace(horizon, members=members)


def _repeated(member: Member, times: int) -> Member:
    if not isinstance(member, BoostingMember):
        return member
    return replace(member, boosting=Boosting(member.boosting.forests * times))


@dataclass(frozen=True)
class Immature(ChurnQuestion):
    """Learns from the newest months too, and takes who has not left yet for who stays."""

    @property
    def gap_days(self) -> int:
        """Return that labels close at once."""
        return 0

    def label(self, log: EventLog, *, as_ofs: Sequence[Timestamp], until: Timestamp | None) -> list[Labels]:
        """Label as if the log were complete far ahead, whenever it is asked."""
        del until
        ahead = {source: at + 400 * DAY for source, at in log.manifest.observed_until.items()}
        complete = replace(log, manifest=replace(log.manifest, observed_until=ahead))
        return label_churn(complete, self.company, as_ofs=as_ofs, until=None)


@dataclass(frozen=True)
class TooHigh(Tampered):
    """Says of everybody that they are likelier to leave than they are."""

    def change(self, odds: FloatArray, rows: Rows, after: int) -> FloatArray:
        """Raise all alike."""
        del rows, after
        return odds + _TOO_HIGH


@dataclass(frozen=True)
class DealtOutAnew(Tampered):
    """Mixes up the customers in one past month, as a join by the wrong key does."""

    def change(self, odds: FloatArray, rows: Rows, after: int) -> FloatArray:
        """Deal the answers of the last month but one out anew."""
        del rows
        return odds if after != 1 else 2.5 * np.random.default_rng(0).permutation(odds)


@dataclass(frozen=True)
class Overlooking(Tampered):
    """Says of the customers of one segment that they hardly ever leave."""

    column: int = 0
    code: float = 0.0

    def change(self, odds: FloatArray, rows: Rows, after: int) -> FloatArray:
        """Lower those of the segment."""
        del after
        return odds - _TOO_LOW * (rows[:, [self.column]] == self.code)


def leaking(stacked: StackedExamples) -> StackedExamples:
    """Let a feature tell what became of the customer."""
    examples = stacked.examples
    rows, noise = examples.rows.copy(), np.random.default_rng(0).normal(0, 0.2, len(examples.rows))
    rows[:, examples.names.index(LEAKY)] = examples.labels[:, -1] + noise
    return replace(stacked, examples=replace(examples, rows=rows))


EXPECTED: Mapping[str, tuple[str, str]] = {
    "worse": ("not_worse_than_champion", "refused"),
    "miscalibrated": ("level_by_group", "refused"),
    "leaky": ("plausible", "held"),
    "wrong schema": ("same_schema", "refused"),
    "slow": ("latency", "refused"),
    "biased segment": ("four_fifths", "refused"),
    "unstable": ("stable", "refused"),
    "immature labels": ("mature_labels", "refused"),
}
"""Which gate must stop which candidate, and how; others may stop it too."""
