"""What would each blend have said at past moments of where customers go, and how good was it beside the baselines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.rows import BoolArray, FloatArray
from training.contest import Answered, pooled_draws
from training.measures.multiclass import LEAST_COUNTED, StageMeasure
from training.measures.resamples import Estimate, estimates
from training.questions.transition.recipes import BLENDS, baselines, blended
from training.records.report import CHAMPION, CHOSEN
from training.walk_forward import AnsweredFold


@dataclass(frozen=True)
class AskedFolds:
    """All folds, with the code of the stage each tested row stood in, fold by fold.

    `champion`: what the recipe of the live model would have said in each, (rows, horizons, stages).
    """

    folds: tuple[AnsweredFold, ...]
    stood: tuple[npt.NDArray[np.intp], ...]
    measure: StageMeasure
    champion: tuple[FloatArray, ...] | None = None

    @cached_property
    def tested(self) -> npt.NDArray[np.intp]:
        """Return the rows of the examples that were tested."""
        return np.concatenate([fold.fold.test for fold in self.folds])

    @cached_property
    def came(self) -> npt.NDArray[np.intp]:
        """Return the codes of the stages the tested rows came to, (rows, horizons)."""
        return np.concatenate([fold.labels for fold in self.folds]).astype(np.intp)

    def chances(self, blend: str) -> FloatArray:
        """Return what a blend said of the tested rows, (rows, horizons, stages)."""
        return np.concatenate([blended(fold.answers, BLENDS[blend]) for fold in self.folds])

    def loss(self, blend: str, *, place: int) -> float:
        """Return the log-loss of a blend at a horizon."""
        given = self.chances(blend)[np.arange(len(self.came)), place, self.came[:, place]]
        return float(-np.log(np.maximum(given, LEAST_COUNTED)).mean())

    def answered(self, blend: str, *, place: int) -> list[Answered]:
        """Return what a blend and each baseline said at a horizon, and the stage that came beside the one stood in."""
        champions = self.champion or (None,) * len(self.folds)
        return [
            Answered.of(fold, _at(fold, blend, place) | _champion(said, place), truth=self._truth(fold, stood, place))
            for fold, stood, said in zip(self.folds, self.stood, champions, strict=True)
        ]

    def recipe_alone(self, blend: str, *, place: int, seed: int) -> dict[str, Estimate]:
        """Return the measures of a blend at a horizon, pooled over the folds."""
        parts = [_alone(each) for each in self.answered(blend, place=place)]
        return estimates(pooled_draws(parts, self.measure, seed=seed)[CHOSEN])

    def leaving(self, *, place: int) -> tuple[BoolArray, BoolArray]:
        """Return of which tested rows leaving is asked at a horizon, and in which it happened."""
        truth = [self._truth(fold, stood, place) for fold, stood in zip(self.folds, self.stood, strict=True)]
        return self.measure.leaving(np.concatenate(truth))

    def _truth(self, fold: AnsweredFold, stood: npt.NDArray[np.intp], place: int) -> FloatArray:
        return np.column_stack([fold.labels[:, place], stood.astype(np.float64)])


def _champion(said: FloatArray | None, place: int) -> dict[str, FloatArray]:
    return {} if said is None else {CHAMPION: said[:, place]}


def _at(fold: AnsweredFold, blend: str, place: int) -> dict[str, FloatArray]:
    told = {CHOSEN: blended(fold.answers, BLENDS[blend]), **baselines(fold.answers)}
    return {name: chances[:, place] for name, chances in told.items()}


def _alone(answered: Answered) -> Answered:
    return Answered(
        origin=answered.origin,
        train_rows=answered.train_rows,
        answers={CHOSEN: answered.answers[CHOSEN]},
        truth=answered.truth,
        customers=answered.customers,
    )
