"""When was a source silent, halved, doubled or otherwise unlike itself: rules over counts by day and by week, nothing else.

Every rule compares a source with itself near by, since companies
grow, close at weekends and begin small.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

NEAR_DAYS = 56
"""A gap is judged by as many days before it and after it, at least eight weeks: enough of every weekday, and little growth."""
NEAR_WEEKS = 4
"""A weekday seen less often near by, as around a load of everything on one day, lets nothing be expected."""
GAP_CHANCE = 1e-4
"""A gap counts if chance alone would bring fewer than this many into the whole history."""
LEVEL_WEEKS = 4
"""A level is the median of four weeks, so that one holiday is none."""
LEVEL_RATIO = 2.0
"""Companies seldom halve or double within a month; feeds do."""
LEVEL_DEVIATIONS = 5.0
"""How many standard deviations of the source's own weekly scatter a change of level must be."""
START_WEEKS = 13
"""A source that begins is filling up: changes of level in its first quarter say nothing."""
_FULL_WEIGHT = 100.0
_ROWS_OF_A_STEP = 150.0
_WEEK = 7

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class EmptyRun:
    """Empty days from place `begin` until before `end`, the rows expected there, and how many such runs chance would bring."""

    begin: int
    end: int
    expected: float
    chance: float


@dataclass(frozen=True)
class Change:
    """The week from which the level differs, and the usual rows a week before and after."""

    week: int
    before: float
    after: float


@dataclass(frozen=True)
class Segment:
    """Weeks from `begin` until before `end` over which a figure holds its level."""

    begin: int
    end: int
    weight: float
    level: float


def empty_runs(counts: Ints, *, first_day: int = 0) -> list[EmptyRun]:
    """Return the runs of empty days that chance does not explain, given rows a day from `first_day` on.

    Each weekday is expected to bring what it brought near by, with the scatter it had there: a Poisson count, or a negative
    binomial one where rows come in clusters. Days that are always empty, like closed Sundays, tell nothing.

    Examples
    --------
    >>> counts = np.full(200, 9)
    >>> counts[100:103] = 0
    >>> [(run.begin, run.end, run.expected) for run in empty_runs(counts)]
    [(100, 103, 27.0)]
    """
    found = (_judge(counts, range(begin, end), first_day=first_day) for begin, end in _runs(counts == 0))
    return [run for run in found if run.chance < GAP_CHANCE]


def _judge(counts: Ints, run: range, *, first_day: int) -> EmptyRun:
    """Expect of each weekday what it brought near by, with a gamma-Poisson's doubt where near by is short beside the run."""
    reach = max(NEAR_DAYS, len(run))
    before, after = np.arange(max(run.start - reach, 0), run.start), np.arange(run.stop, min(run.stop + reach, len(counts)))
    near = np.concatenate([before, after])
    weekday = (near + first_day) % _WEEK
    days = np.bincount((np.arange(run.start, run.stop) + first_day) % _WEEK, minlength=_WEEK)
    seen = np.bincount(weekday, minlength=_WEEK)
    mean = np.bincount(weekday, counts[near], minlength=_WEEK) / np.maximum(seen, 1)
    mean = np.where(seen < NEAR_WEEKS, 0.0, mean)
    squares = np.bincount(weekday, (counts[near] - mean[weekday]) ** 2, minlength=_WEEK)
    of_each = squares / np.maximum((seen - 1) * mean, 1e-12)
    of_all = squares.sum() / max(float(np.maximum(seen - 1, 0) @ mean), 1e-12)
    scatter = np.maximum(np.maximum(of_each, of_all), 1.0 + 1e-9)  # of one weekday alone it is often estimated too small
    clusters = mean * np.log(scatter) / (scatter - 1.0)
    surprise = clusters * seen @ np.log1p(days / np.maximum(seen, 1))
    return EmptyRun(run.start, run.stop, float(days @ mean), float(len(counts) * np.exp(-surprise)))


def level_changes(weeks: Ints, *, without: NDArray[np.bool_]) -> list[Change]:
    """Return the weeks from which a source brings at most half or at least twice as many rows as before.

    Compared are the medians of the four weeks before and after; weeks `without` (gaps) near by forbid a judgement.
    """
    if len(weeks) < START_WEEKS + LEVEL_WEEKS:
        return []
    places = np.arange(START_WEEKS, len(weeks) - LEVEL_WEEKS + 1)
    windows = np.lib.stride_tricks.sliding_window_view(weeks, LEVEL_WEEKS)
    marred: NDArray[np.bool_] = np.any(np.lib.stride_tricks.sliding_window_view(without, 2 * LEVEL_WEEKS), axis=1)
    before, after = np.median(windows[places - LEVEL_WEEKS], axis=1), np.median(windows[places], axis=1)
    deviations = np.abs(after - before) / np.sqrt(np.maximum((before + after) * weekly_scatter(weeks), 1e-12) / LEVEL_WEEKS)
    ratio = np.abs(np.log((after + 0.5) / (before + 0.5)))
    strong = ~marred[places - LEVEL_WEEKS] & (deviations >= LEVEL_DEVIATIONS) & (ratio >= np.log(LEVEL_RATIO))
    step = np.abs(windows[places].mean(axis=1) - windows[places - LEVEL_WEEKS].mean(axis=1))
    steepest = [begin + int(np.argmax(step[begin:end])) for begin, end in _runs(strong)]
    return [Change(int(places[one]), float(before[one]), float(after[one])) for one in steepest]


def weekly_scatter(weeks: Ints) -> float:
    """How many times a week differs more from the next than a Poisson count would; the median week speaks."""
    total = weeks[1:] + weeks[:-1]
    steps = np.diff(weeks)[total > 0] ** 2 / total[total > 0]
    return max(float(np.median(steps)) / 0.4549, 1.0) if len(steps) else 1.0  # median of chi-squared with one degree of freedom


def segments(levels: Floats, weights: Floats, *, jump: float) -> list[Segment]:
    """Cut weeks into segments that each hold a level, neighbours at least a `jump` apart.

    `levels` is a figure a week (any number where its weight is 0), `weights` the rows behind it. The cut with the least squared
    error is found exactly, each segment costing what a `jump` over 150 rows explains; a week counts for 100 rows at most, so
    that one unlike week is found if it is very unlike, and two are if they differ by a `jump`.

    Examples
    --------
    >>> shares = np.array([0.1, 0.1, 0.1, 0.9, 0.9, 0.9])
    >>> [(part.begin, part.end) for part in segments(shares, np.full(6, 500.0), jump=0.2)]
    [(0, 3), (3, 6)]
    """
    weights = np.minimum(weights, _FULL_WEIGHT)
    values = np.where(weights > 0, levels, 0.0)
    bounds = _cheapest_cut(values, weights, price=_ROWS_OF_A_STEP * jump**2)
    parts = [_segment(values, weights, begin=begin, end=end) for begin, end in pairwise(bounds)]
    while len(parts) > 1:
        steps = [abs(right.level - left.level) for left, right in pairwise(parts)]
        least = int(np.argmin(steps))
        if steps[least] >= jump:
            break
        parts[least : least + 2] = [_segment(values, weights, begin=parts[least].begin, end=parts[least + 1].end)]
    return parts


def _cheapest_cut(values: Floats, weights: Floats, *, price: float) -> list[int]:
    """Optimal partitioning (Jackson et al. 2005): the best cut of the first n weeks, for each n, from those of fewer."""
    total = np.concatenate([[0.0], np.cumsum(weights)])
    first = np.concatenate([[0.0], np.cumsum(weights * values)])
    second = np.concatenate([[0.0], np.cumsum(weights * values**2)])
    best, cut = np.zeros(len(total)), np.zeros(len(total), np.int64)
    for end in range(1, len(total)):
        mass = np.maximum(total[end] - total[:end], 1e-12)
        error = second[end] - second[:end] - (first[end] - first[:end]) ** 2 / mass
        costs = best[:end] + error + price
        cut[end] = np.argmin(costs)
        best[end] = costs[cut[end]]
    bounds = [len(values)]
    while bounds[-1] > 0:
        bounds.append(int(cut[bounds[-1]]))
    return bounds[::-1]


def _segment(values: Floats, weights: Floats, *, begin: int, end: int) -> Segment:
    weight = float(weights[begin:end].sum())
    return Segment(begin, end, weight, float(weights[begin:end] @ values[begin:end]) / max(weight, 1e-12))


def raised(parts: list[Segment]) -> list[tuple[Segment, float]]:
    """Return the segments that lie above what is beside them, each with the level before it (after it, for the first)."""
    found = []
    for place, part in enumerate(parts):
        beside = [other.level for other in (*parts[max(place - 1, 0) : place], *parts[place + 1 : place + 2])]
        if beside and all(part.level > level for level in beside):
            found.append((part, beside[0]))
    return found


def unusual(parts: list[Segment]) -> list[tuple[Segment, float]]:
    """Return all segments but the one of most weight, each with the level of that one."""
    usual = max(parts, key=lambda part: part.weight)
    return [(part, usual.level) for part in parts if part is not usual]


def _runs(mask: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    edges = np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8))
    yield from zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True)
