"""How would the recipe have done at past moments, beside its named baselines, asked about the same customers.

At each origin every member is fitted once, on rows whose labels had closed by then, and answers for the customers at risk at the
origin. Blends, calibrations and baselines are then arithmetic over those answers, so all are graded on exactly the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from features.times import DAY
from models.churn import ChurnRecipe, fit_churn
from models.churn.model import rising
from models.churn.recipe import ChurnExamples, Definition
from models.learners.blend import blended
from models.learners.boosting import BoostingPreset
from models.learners.btyd import RhythmNotFound, TooFewPurchases
from models.learners.calibration import Calibration, fit_calibration, log_loss
from models.rows import FloatArray
from training.examples import Say, StackedExamples
from training.folds import Fold, walk_forward_folds
from training.recipes import Contender, choose, contenders, members_to_fit

MOST_ROWS_A_FOLD = 50_000
"""A fold learns from at most so many rows, drawn at random: grading must not take longer than the model itself."""

_CALIBRATED_ON = 3
_RHYTHM = "mbg_nbd"
_FOLDS_AT_ONCE = 2

Answers: TypeAlias = dict[str, FloatArray]


@dataclass(frozen=True)
class GradedFold:
    """One origin: the log-odds of every member for the rows tested, shape (rows, horizons), and what really happened.

    `population`: the log-odds of the share that left, by horizon. `customers`: a code per row.
    """

    fold: Fold
    answers: Answers
    population: FloatArray
    left: FloatArray
    customers: npt.NDArray[np.int32]


@dataclass(frozen=True)
class WalkForward:
    """All folds, the contenders with their log-loss at the main horizon, and the one chosen.

    `learned`: the members fitted at every origin; a rhythm cannot be where there are too few repeat purchases.
    """

    folds: tuple[GradedFold, ...]
    losses: dict[Contender, float]
    chosen: Contender
    definition: Definition
    gap_days: int
    learned: tuple[str, ...]

    def probabilities(self, place: int) -> FloatArray:
        """Return the chosen contender's chance to leave for the rows of one fold, shape (rows, horizons)."""
        odds = _calibrated(self.folds, place, contender=self.chosen, gap_days=self.gap_days)
        return np.asarray(expit(rising(odds) if self.definition == "contract" else -rising(-odds)))

    def calibrations(self, horizons_days: Sequence[int]) -> dict[int, Calibration]:
        """Return the chosen calibration for the shipped model, by horizon: fitted on the answers to the newest folds."""
        if self.chosen.calibration == "none":
            return {}
        newest = self.folds[-_CALIBRATED_ON:]
        return {days: _fit(newest, self.chosen, horizon=horizon) for horizon, days in enumerate(horizons_days)}


@dataclass(frozen=True)
class WalkForwardPlan:
    """What churn means, the horizons and the main one, the days until labels close, the seed, and how the trees are grown."""

    definition: Definition
    horizons_days: tuple[int, ...]
    horizon_days: int
    gap_days: int
    seed: int
    preset: BoostingPreset = field(default=BoostingPreset())

    @property
    def main(self) -> int:
        """Return the place of the main horizon."""
        return self.horizons_days.index(self.horizon_days)


def walk_forward(stacked: StackedExamples, plan: WalkForwardPlan, *, say: Say | None = None) -> WalkForward:
    """Fit and ask every member at every origin, and choose the recipe by the rule of `recipes`.

    Raises
    ------
    HistoryTooShort
        If there is no origin to grade at.
    OneSided
        If in some fold nobody left, or everybody did.
    """
    folds = walk_forward_folds(stacked.examples.as_ofs, gap_days=plan.gap_days)
    if say:
        say(f"grading at {len(folds)} past moments")
    with ThreadPoolExecutor(_FOLDS_AT_ONCE) as pool:  # LightGBM leaves Python's lock while it grows trees
        graded = tuple(pool.map(lambda fold: _graded(stacked, fold, plan=plan), folds))
    learned = tuple(member for member in members_to_fit(plan.definition) if all(member in each.answers for each in graded))
    losses = {each: _pooled_loss(graded, each, plan=plan) for each in contenders(learned)}
    return WalkForward(graded, losses, choose(losses), plan.definition, plan.gap_days, learned)


def _graded(stacked: StackedExamples, fold: Fold, *, plan: WalkForwardPlan) -> GradedFold:
    learning = stacked.part(_at_most(fold.train, MOST_ROWS_A_FOLD, seed=plan.seed), known_at=fold.origin)
    tested = stacked.examples.rows[fold.test]
    rhythm, others = _split(members_to_fit(plan.definition))
    answers, population = _answers(learning, others, plan=plan, tested=tested)
    with suppress(TooFewPurchases, RhythmNotFound):  # the learner is left out, and the report says so
        answers |= _answers(learning, rhythm, plan=plan, tested=tested)[0] if rhythm else {}
    return GradedFold(fold, answers, population, stacked.examples.labels[fold.test], stacked.examples.customers[fold.test])


def _answers(
    learning: ChurnExamples, members: Sequence[str], *, plan: WalkForwardPlan, tested: npt.NDArray[np.float32]
) -> tuple[Answers, FloatArray]:
    """Fit the members side by side and return what each says, not what their blend says."""
    weights = tuple((member, 1 / len(members)) for member in members)
    model = fit_churn(
        learning, recipe=ChurnRecipe("members", weights, plan.definition, plan.horizons_days, plan.preset), seed=plan.seed
    )
    fitted = [{name: member for name, _, member in horizon.members} for horizon in model.horizons]
    answers = {name: np.stack([each[name].log_odds(tested) for each in fitted], axis=1) for name in members}
    return answers, np.array([horizon.population_log_odds for horizon in model.horizons])


def _split(members: Sequence[str]) -> tuple[list[str], list[str]]:
    return [each for each in members if each == _RHYTHM], [each for each in members if each != _RHYTHM]


def _at_most(rows: npt.NDArray[np.intp], most: int, *, seed: int) -> npt.NDArray[np.intp]:
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def _pooled_loss(folds: Sequence[GradedFold], contender: Contender, *, plan: WalkForwardPlan) -> float:
    odds = [_calibrated(folds, place, contender=contender, gap_days=plan.gap_days)[:, plan.main] for place in range(len(folds))]
    return log_loss(np.concatenate(odds), np.concatenate([each.left[:, plan.main] for each in folds]))


def _calibrated(folds: Sequence[GradedFold], place: int, *, contender: Contender, gap_days: int) -> FloatArray:
    """Return a contender's log-odds for one fold; its calibration learned from folds whose labels had closed by its origin."""
    odds = _blended(folds[place], contender)
    origin = folds[place].fold.origin
    closed = [each for each in folds if each.fold.origin + gap_days * DAY <= origin][-_CALIBRATED_ON:]
    if contender.calibration == "none" or not closed:
        return odds
    return np.stack(
        [_fit(closed, contender, horizon=horizon).apply(odds[:, horizon]) for horizon in range(odds.shape[1])], axis=1
    )


def _fit(folds: Sequence[GradedFold], contender: Contender, *, horizon: int) -> Calibration:
    odds = np.concatenate([_blended(each, contender)[:, horizon] for each in folds])
    return fit_calibration(contender.calibration, odds, np.concatenate([each.left[:, horizon] for each in folds]))


def _blended(graded: GradedFold, contender: Contender) -> FloatArray:
    columns = [
        blended({name: odds[:, place] for name, odds in graded.answers.items()}, contender.members, otherwise=float(otherwise))
        for place, otherwise in enumerate(graded.population)
    ]
    return np.stack(columns, axis=1)
