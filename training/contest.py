"""How did the recipe do at past moments beside its baselines: every measure with its interval, pooled and by fold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from features.times import Timestamp
from models.rows import FloatArray
from training.measures.binary import feature_aucs
from training.measures.resamples import Draws, Estimate, Resamples, differences, estimates
from training.records.report import CHOSEN, ContenderGrade, FeatureGrade, Finding, FoldGrade
from training.walk_forward import AnsweredFold

_RESAMPLES = 300
_FEATURES_SHOWN = 10
_MOST_ROWS_ALONE = 30_000


class Measure(Protocol):
    """Takes every measure of one kind of answers on the rows and on each resample; equal rows and draws give paired figures."""

    def __call__(self, answers: FloatArray, truth: FloatArray, /, *, resamples: Resamples) -> Draws:
        """Return each measure's values: on the rows as they are first, then on each resample."""
        ...


@dataclass(frozen=True)
class Answered:
    """One past moment: what the recipe (`CHOSEN`) and each named baseline answered, and what happened, a row a customer.

    `among`: a code a row, where scores only compare with those of the same code, such as of the same offer; None where all do.
    """

    origin: Timestamp
    train_rows: int
    answers: Mapping[str, FloatArray]
    truth: FloatArray
    customers: npt.NDArray[np.int32]
    among: npt.NDArray[np.intp] | None = None

    @classmethod
    def of(cls, fold: AnsweredFold, answers: Mapping[str, FloatArray], *, truth: FloatArray) -> Answered:
        """Return what was answered in a fold of the walk."""
        return cls(fold.fold.origin, len(fold.fold.train), answers, truth, fold.customers)


@dataclass(frozen=True)
class Tables:
    """Measures with intervals: `pooled` over all folds by model, `differences` of the recipe less each baseline, by fold."""

    pooled: dict[str, dict[str, Estimate]]
    differences: dict[str, dict[str, Estimate]]
    folds: list[FoldGrade]


@dataclass(frozen=True)
class Contest:
    """Everything the folds say of one question.

    `recipe`: what was chosen, as JSON. `main_measure`: what the choice was made by; lower is better. `test_positives`: of the
    rows graded, those to whom it happened. `findings`: the question's own tables. `draw` writes its pictures, PNG and CSV, into
    a folder. `chosen`: what the question's `fit` needs again. `answered`: what was said at each past moment, and what came.
    """

    recipe: Mapping[str, Any]
    main_measure: str
    tables: Tables
    contenders: list[ContenderGrade]
    horizons: dict[str, dict[str, Estimate]]
    features_alone: list[FeatureGrade]
    test_rows: int
    test_positives: int
    draw: Callable[[Path], object]
    chosen: Any
    answered: Sequence[Answered]
    left_out: tuple[str, ...] = ()
    findings: dict[str, list[Finding]] = field(default_factory=dict)


def graded_tables(folds: Sequence[Answered], measure: Measure, *, seed: int) -> Tables:
    """Take all measures of the recipe and of every baseline on the same rows and the same draws of customers."""
    draws = pooled_draws(folds, measure, seed=seed)
    return Tables(
        pooled={name: estimates(draw) for name, draw in draws.items()},
        differences=_beside(draws),
        folds=[_fold_grade(fold, measure, seed=seed) for fold in folds],
    )


def pooled_draws(folds: Sequence[Answered], measure: Measure, *, seed: int) -> dict[str, Draws]:
    """Return the draws of every measure over the rows of all folds, by model."""
    customers = np.concatenate([fold.customers for fold in folds])
    truth = np.concatenate([fold.truth for fold in folds])
    resamples = Resamples(customers, count=_RESAMPLES, seed=seed)
    pooled = {name: np.concatenate([fold.answers[name] for fold in folds]) for name in folds[0].answers}
    return {name: measure(answers, truth, resamples=resamples) for name, answers in pooled.items()}


def features_alone(rows: npt.NDArray[np.float32], happened: FloatArray, *, names: Sequence[str]) -> list[FeatureGrade]:
    """Return the features that tell most on their own to whom it happened (1.0), the best first.

    They are told by at most 30,000 rows, spread evenly: the newest alone would be those of the last customers by id.
    """
    spread = slice(None, None, -(-len(rows) // _MOST_ROWS_ALONE) or 1)
    aucs = feature_aucs(rows[spread], happened[spread])
    best = np.argsort(-aucs, kind="stable")[:_FEATURES_SHOWN]
    return [FeatureGrade(names[place], float(aucs[place])) for place in best]


def _fold_grade(fold: Answered, measure: Measure, *, seed: int) -> FoldGrade:
    draws = pooled_draws([fold], measure, seed=seed)
    return FoldGrade(
        origin=fold.origin,
        train_rows=fold.train_rows,
        test_rows=len(fold.truth),
        label_mean=float(fold.truth.mean()),
        measures={name: estimates(draw) for name, draw in draws.items()},
        differences=_beside(draws),
    )


def _beside(draws: Mapping[str, Draws]) -> dict[str, dict[str, Estimate]]:
    return {name: differences(draws[CHOSEN], draw) for name, draw in draws.items() if name != CHOSEN}
