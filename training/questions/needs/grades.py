"""How well are next categories foretold: lists of ten beside popularity and the customer's own habit, old needs and new apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from models.needs import TooFewNeeds
from models.rows import BoolArray, FloatArray
from training.measures.ranking import LISTED, hits, mean_hits
from training.measures.resamples import Estimate, Resamples, differences, estimates
from training.questions.needs.question import AnsweredNeeds
from training.records.report import CHOSEN

HABIT, POPULARITY = "repeat_frequency", "popularity"
_RESAMPLES = 1000
_WORTH = 0.005  # of precision at 10: one more bought in twenty lists of ten

Estimates: TypeAlias = dict[str, dict[str, Estimate]]


@dataclass(frozen=True)
class ListGrades:
    """Lists graded over all past moments: `pooled` by contender and measure, `differences` of the recipe less each baseline.

    Both hold no measure where there was no list to grade.
    """

    customers: int
    lists: int
    pooled: Estimates
    differences: Estimates

    def beats(self, baseline: str) -> bool:
        """Say whether of ten named more were bought than of the baseline's, by an interval that leaves out 0."""
        return self.lists > 0 and self.differences[baseline][LISTED].low > 0


@dataclass(frozen=True)
class NeedsGrades:
    """How lists of next categories did, over all of them and over those new to the customer alone.

    `anything`: for customers who bought anything. `new`: for customers who then bought from a category they never had. `folds`:
    the precision at 10 at each past moment, by contender.
    """

    anything: ListGrades
    new: ListGrades
    folds: list[dict[str, float | int]]

    def verdict(self) -> str:
        """Say in one sentence each what the lists are good for, with the figures."""
        return f"{_compared('All categories', self.anything, HABIT)} {_compared('New to the customer', self.new, POPULARITY)}"


def grade_needs(asked: Sequence[AnsweredNeeds], *, seed: int) -> NeedsGrades:
    """Grade every list of every past moment; whole customers are drawn for the intervals, the same ones for all contenders.

    Raises
    ------
    TooFewNeeds
        If after no past moment anybody bought from a category.
    """
    folds = [fold for fold in asked if len(fold.ids)]
    if not folds:
        raise TooFewNeeds(
            f"needed customers who bought after a past moment, found none after {len(asked)}; import newer purchases"
        )
    newly = [fold.bought & fold.new for fold in folds]
    only_new = [{name: np.where(fold.new, scores, np.nan) for name, scores in fold.scores.items()} for fold in folds]
    return NeedsGrades(
        anything=_graded(folds, [fold.scores for fold in folds], bought=[fold.bought for fold in folds], seed=seed),
        new=_graded(folds, only_new, bought=newly, seed=seed),
        folds=[_by_moment(fold) for fold in folds],
    )


def _graded(
    folds: Sequence[AnsweredNeeds], scores: Sequence[Mapping[str, FloatArray]], *, bought: Sequence[BoolArray], seed: int
) -> ListGrades:
    asked = [table.any(axis=1) for table in bought]
    customers = _codes([fold.ids.filter(pa.array(some)) for fold, some in zip(folds, asked, strict=True)])
    resamples = Resamples(customers, count=_RESAMPLES, seed=seed)
    draws = {}
    for name in scores[0]:
        parts = [hits(each[name][some], table[some]) for each, table, some in zip(scores, bought, asked, strict=True)]
        draws[name] = mean_hits({key: np.concatenate([part[key] for part in parts]) for key in parts[0]}, resamples=resamples)
    return ListGrades(
        customers=len(np.unique(customers)),
        lists=len(customers),
        pooled={name: estimates(draw) for name, draw in draws.items()},
        differences={name: differences(draws[CHOSEN], draw) for name, draw in draws.items() if name != CHOSEN},
    )


def _by_moment(fold: AnsweredNeeds) -> dict[str, float | int]:
    precise = {name: float(hits(scores, fold.bought)[LISTED].mean()) for name, scores in fold.scores.items()}
    return {"origin": fold.origin, "customers": len(fold.ids), "learned_pairs": fold.learned_pairs, **precise}


def _codes(ids: Sequence[pa.StringArray]) -> npt.NDArray[np.int32]:
    codes: npt.NDArray[np.int32] = pa.concat_arrays(ids).dictionary_encode().indices.to_numpy()
    return codes


def _compared(subject: str, grades: ListGrades, baseline: str) -> str:
    if not grades.lists:
        return f"{subject}: nothing to grade, since nobody bought from such a category."
    ours, theirs = grades.pooled[CHOSEN][LISTED].value, grades.pooled[baseline][LISTED].value
    gap = grades.differences[baseline][LISTED]
    figures = f"of ten named {10 * ours:.2f} were bought, by {baseline} {10 * theirs:.2f}"
    worth = "better" if gap.value >= _WORTH else "better, by too little to matter,"
    told = worth if gap.low > 0 else "not shown to be better"
    spread = f"difference {10 * gap.value:+.2f} [{10 * gap.low:+.2f}, {10 * gap.high:+.2f}]"
    return f"{subject}: {told} than {baseline}; {figures} ({spread})."
