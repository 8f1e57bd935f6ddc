"""How did a recipe do for each stage and segment? Its level there, and whether it finds those to whom it happened.

The level is held against the simplest that any analyst does: carrying the mean of the last closed month forward, by group.
Finding is held against the group that is found best: the four-fifths rule on those to whom it really happened (equal opportunity,
Hardt and others, 2016, NeurIPS).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from features.times import DAY, Timestamp
from models.grades import FEWEST_OF_A_KIND, FEWEST_ROWS
from models.rows import BoolArray, FloatArray
from training.contest import Answered
from training.examples import StackedExamples
from training.groups.belonging import Belonging, belonging
from training.measures.resamples import Estimate, Resamples, estimate
from training.outcomes import Outcomes
from training.question import Question
from training.records.report import CHOSEN, GroupGrade

_RESAMPLES = 300


@dataclass(frozen=True)
class _Rows:
    """The rows of all past moments: what was said and came, the moment of each (a place), and what carrying forward had said."""

    outcomes: Outcomes
    found: BoolArray
    moments: npt.NDArray[np.intp]
    customers: npt.NDArray[np.int32]

    def draws(self, rows: npt.NDArray[np.intp], table: FloatArray, *, seed: int) -> FloatArray:
        """Return the sums of the columns of a table over these rows, and over each draw of their customers."""
        resamples = Resamples(self.customers[rows], count=_RESAMPLES, seed=seed)
        return np.concatenate([weights @ table for weights in resamples.weights(np.arange(len(rows)))])


@dataclass(frozen=True)
class _Level:
    error: float
    carried: float
    difference: Estimate


@dataclass(frozen=True)
class _Found:
    share: float | None = None
    ratio: Estimate | None = None


def group_grades(stacked: StackedExamples, question: Question, answered: Sequence[Answered], *, seed: int) -> list[GroupGrade]:
    """Return a line for each stage and each segment with enough rows to tell, the largest first."""
    origins = [fold.origin for fold in answered]
    before = [_last_closed(stacked, origin, gap_days=question.gap_days) for origin in origins]
    rows = _pooled(question, answered)
    lines = []
    for groups in belonging(stacked, question.company, chain(origins, before)):
        places = np.concatenate([groups.places[origin] for origin in origins])
        carried = np.concatenate(
            [_carried(stacked, question, groups, moment=moment, origin=at) for at, moment in zip(origins, before, strict=True)]
        )
        lines += _graded(groups, places, rows, carried=carried, seed=seed)
    return lines


def _last_closed(stacked: StackedExamples, origin: Timestamp, *, gap_days: int) -> Timestamp:
    """Return the newest moment whose labels had closed by an origin; a fold has at least two."""
    return max(moment for moment in stacked.asked if moment + gap_days * DAY <= origin)


def _pooled(question: Question, answered: Sequence[Answered]) -> _Rows:
    parts = [question.outcomes(fold.answers[CHOSEN], fold.truth) for fold in answered]
    found = [
        part.found if fold.among is None else part.found_among(fold.among) for part, fold in zip(parts, answered, strict=True)
    ]
    names = ("said", "came", "score", "happened", "asked")
    return _Rows(
        Outcomes(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names}),
        np.concatenate(found),
        np.repeat(np.arange(len(parts)), [len(part.score) for part in parts]),
        np.concatenate([fold.customers for fold in answered]),
    )


def _carried(
    stacked: StackedExamples, question: Question, groups: Belonging, *, moment: Timestamp, origin: Timestamp
) -> FloatArray:
    """Return for each row of an origin the mean of its group a period ago, as told then; of all where the group had nobody."""
    examples = stacked.examples
    told = stacked.told_by(origin)
    then = examples.as_ofs[: len(told)] == moment
    derived = stacked.derived_of(moment)
    came = question.came(question.truth(told[then], derived))
    means = np.tile(came.mean(axis=0), (len(groups.names) + 1, 1))
    for place in range(len(groups.names)):
        own = groups.places[moment] == place
        if own.any():
            means[place] = came[own].mean(axis=0)
    return means[groups.places[origin]]


def _graded(groups: Belonging, places: npt.NDArray[np.intp], rows: _Rows, *, carried: FloatArray, seed: int) -> list[GroupGrade]:
    counts = {place: int((places == place).sum()) for place in range(len(groups.names))}
    told = sorted((place for place, count in counts.items() if count >= FEWEST_ROWS), key=lambda place: (-counts[place], place))
    ratios = _found_ratios(places, rows, told, seed=seed) if groups.kind == "segment" else {}
    lines = []
    for place in told:
        here = np.flatnonzero(places == place)
        level, found = _level(here, rows, carried=carried, seed=seed), ratios.get(place, _Found())
        happened = int(rows.outcomes.happened[here].sum())
        figures = level.error, level.carried, level.difference, found.share, found.ratio
        lines.append(GroupGrade(groups.kind, groups.names[place], len(here), happened, *figures))
    return lines


def _level(here: npt.NDArray[np.intp], rows: _Rows, *, carried: FloatArray, seed: int) -> _Level:
    """Return the level errors of one group: the mean over the moments, each by its rows."""
    came, moments = rows.outcomes.came[here], rows.moments[here]
    of_moment = np.eye(moments.max() + 1)[moments]
    sums = rows.draws(
        here,
        np.hstack([of_moment, *(_by_moment(each[here] - came, of_moment) for each in (rows.outcomes.said, carried))]),
        seed=seed,
    )
    counts, width = sums[:, : of_moment.shape[1]], came.shape[1]
    errors = sums[:, of_moment.shape[1] :].reshape(len(sums), 2, of_moment.shape[1], width)
    off = np.abs(errors).sum(axis=(2, 3)) / counts.sum(axis=1)[:, None] / (2 if width > 1 else 1)
    return _Level(float(off[0, 0]), float(off[0, 1]), estimate(off[:, 0] - off[:, 1]))


def _by_moment(errors: FloatArray, of_moment: FloatArray) -> FloatArray:
    """Return the errors with a block of columns a moment, 0 in those of the others."""
    return (of_moment[:, :, None] * errors[:, None, :]).reshape(len(errors), -1)


def _found_ratios(places: npt.NDArray[np.intp], rows: _Rows, told: Sequence[int], *, seed: int) -> dict[int, _Found]:
    """Return, by group, which share of those to whom it happened was found, and that over the share of the group best found."""
    happened = rows.outcomes.happened & rows.outcomes.asked
    large = [place for place in told if (happened & (places == place)).sum() >= FEWEST_OF_A_KIND]
    here = np.flatnonzero(happened & np.isin(places, large))
    if not large:
        return {}
    own = places[here][:, None] == np.array(large)
    sums = rows.draws(here, np.hstack([own, own & rows.found[here][:, None]]).astype(np.float64), seed=seed)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = sums[:, len(large) :] / sums[:, : len(large)]
        ratios = shares / shares[:, [int(np.argmax(shares[0]))]]
    return {
        place: _Found(float(shares[0, column]), estimate(ratios[:, column]))
        for column, place in enumerate(large)
        if np.isfinite(ratios[0, column])
    }
