"""Who will buy, and when: the labels, and the shared walk of silences read from its other side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar

import numpy as np

from features.company.business import ActivitySource
from features.log.store import EventLog
from features.times import Timestamp
from models.learners.boosting import BoostingPreset
from models.purchase import PurchaseModel, fit_rhythm
from models.rows import FloatArray
from training.contest import Contest
from training.examples import Say, StackedExamples
from training.labels.labels import Labels
from training.labels.purchases import PURCHASE_KINDS, SOURCES_READ, label_purchases
from training.question import AskedYesOrNo, Recipe
from training.questions.churn.question import ChurnQuestion


@dataclass(frozen=True)
class PurchaseQuestion(AskedYesOrNo):
    """Who will buy within each horizon, among all customers known at a moment.

    Members, blends, calibrations and baselines are those of churn by `activity`: to buy is to break a silence.
    """

    name: ClassVar[str] = "purchase"
    definition: ClassVar[str] = "purchase"
    sources: ClassVar[tuple[str, ...]] = SOURCES_READ
    preset: BoostingPreset = field(default=BoostingPreset())

    def label(self, log: EventLog, *, as_ofs: Sequence[Timestamp], until: Timestamp | None) -> list[Labels]:
        """Return every customer known at each moment and who bought, a column a horizon."""
        return label_purchases(log, self.horizons_days, as_ofs=as_ofs, until=until)

    def contest(self, stacked: StackedExamples, *, seed: int, champion: Recipe | None = None, say: Say | None = None) -> Contest:
        """Let every blend and calibration compete at past moments, and grade the chance to buy beside the baselines.

        Raises
        ------
        HistoryTooShort
            If there is no past moment to grade at.
        OneSided
            If by every past moment nobody had bought within some horizon, or everybody had.
        """
        silent = _silences(stacked)
        walked = self._silence.walked(silent, seed=seed, champion=champion, say=say)
        return self._silence.graded(replace(walked, opposite=True), silent, seed=seed)

    def fit(self, stacked: StackedExamples, contest: Contest, *, seed: int) -> PurchaseModel:
        """Fit the chosen recipe on all rows, and the rhythm that shapes the waiting time."""
        silence = self._silence.fit(_silences(stacked), contest, seed=seed)
        return PurchaseModel(silence, fit_rhythm(stacked.examples))

    @cached_property
    def _silence(self) -> ChurnQuestion:
        """Ask who stays silent: churn by `activity`, the activity being a purchase."""
        purchases = ActivitySource(source="purchases", kinds=PURCHASE_KINDS)
        terms = {"definition": "activity", "grace_days": 0, "activity": (purchases,)}
        churn = self.company.churn.model_copy(update=terms)
        return ChurnQuestion(self.company.model_copy(update={"churn": churn}), self.preset)


def _silences(stacked: StackedExamples) -> StackedExamples:
    """Return the examples with their labels turned round: 1.0 for who stayed silent."""

    def told_by(moment: Timestamp) -> FloatArray:
        return np.asarray(1.0 - stacked.told_by(moment))

    return replace(stacked, examples=replace(stacked.examples, labels=1.0 - stacked.examples.labels), told_by=told_by)
