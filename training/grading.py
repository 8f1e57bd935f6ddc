"""How did the recipe do at past moments beside its baselines: every measure with its interval, by fold, pooled, by horizon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from models.churn import BASELINES
from models.rows import FloatArray
from training.evaluate import Draws, Estimate, Resamples, differences, estimates, feature_aucs, measure
from training.examples import StackedExamples
from training.records.report import CHOSEN, ContenderGrade, FeatureGrade, FoldGrade
from training.walk_forward import WalkForward, WalkForwardPlan

_RESAMPLES = 300
_FEATURES_SHOWN = 10
_MOST_ROWS_ALONE = 30_000


@dataclass(frozen=True)
class Answered:
    """What every model answered and what happened, shape (rows, horizons), and the customer of each row as a code."""

    probabilities: Mapping[str, FloatArray]
    left: FloatArray
    customers: npt.NDArray[np.int32]


@dataclass(frozen=True)
class Grades:
    """Everything the folds say: the figures, and the answers they were taken from."""

    pooled: dict[str, dict[str, Estimate]]
    differences: dict[str, dict[str, Estimate]]
    folds: list[FoldGrade]
    contenders: list[ContenderGrade]
    horizons: dict[str, dict[str, Estimate]]
    features_alone: list[FeatureGrade]
    answered: Answered


def grade(stacked: StackedExamples, walked: WalkForward, *, plan: WalkForwardPlan) -> Grades:
    """Take all measures of the recipe and of every named baseline, at the main horizon on the same rows and the same draws."""
    by_fold = [_fold_answers(walked, place) for place in range(len(walked.folds))]
    answered = _pooled(by_fold)
    draws = _draws(answered, plan.main, seed=plan.seed)
    return Grades(
        pooled={name: estimates(draw) for name, draw in draws.items()},
        differences={name: differences(draws[CHOSEN], draw) for name, draw in draws.items() if name != CHOSEN},
        folds=[_fold_grade(walked, place, answered=fold, plan=plan) for place, fold in enumerate(by_fold)],
        contenders=[
            ContenderGrade(each.blend, each.calibration, loss, each == walked.chosen) for each, loss in walked.losses.items()
        ],
        horizons=_by_horizon(answered, plan),
        features_alone=_features_alone(stacked, walked, plan=plan),
        answered=answered,
    )


def _fold_answers(walked: WalkForward, place: int) -> Answered:
    graded = walked.folds[place]
    baselines = {name: np.asarray(expit(graded.answers[name])) for name in BASELINES if name in walked.learned}
    return Answered({CHOSEN: walked.probabilities(place), **baselines}, graded.left, graded.customers)


def _pooled(folds: Sequence[Answered]) -> Answered:
    pooled = {name: np.concatenate([fold.probabilities[name] for fold in folds]) for name in folds[0].probabilities}
    return Answered(
        pooled, *(np.concatenate(parts) for parts in zip(*((fold.left, fold.customers) for fold in folds), strict=True))
    )


def _draws(answered: Answered, horizon: int, *, seed: int) -> dict[str, Draws]:
    resamples = Resamples(answered.customers, count=_RESAMPLES, seed=seed)
    left = answered.left[:, horizon]
    return {name: measure(chances[:, horizon], left, resamples=resamples) for name, chances in answered.probabilities.items()}


def _fold_grade(walked: WalkForward, place: int, *, answered: Answered, plan: WalkForwardPlan) -> FoldGrade:
    fold = walked.folds[place].fold
    return FoldGrade(
        origin=fold.origin,
        train_rows=len(fold.train),
        test_rows=len(fold.test),
        left_share=float(answered.left[:, plan.main].mean()),
        measures={name: estimates(draws) for name, draws in _draws(answered, plan.main, seed=plan.seed).items()},
    )


def _by_horizon(answered: Answered, plan: WalkForwardPlan) -> dict[str, dict[str, Estimate]]:
    recipe = replace(answered, probabilities={CHOSEN: answered.probabilities[CHOSEN]})
    return {str(days): estimates(_draws(recipe, place, seed=plan.seed)[CHOSEN]) for place, days in enumerate(plan.horizons_days)}


def _features_alone(stacked: StackedExamples, walked: WalkForward, *, plan: WalkForwardPlan) -> list[FeatureGrade]:
    """Return the features that tell most on their own, the best first."""
    tested = np.concatenate([graded.fold.test for graded in walked.folds])[-_MOST_ROWS_ALONE:]
    aucs = feature_aucs(stacked.examples.rows[tested], stacked.examples.labels[tested, plan.main])
    best = np.argsort(-aucs, kind="stable")[:_FEATURES_SHOWN]
    return [FeatureGrade(stacked.examples.names[place], float(aucs[place])) for place in best]
