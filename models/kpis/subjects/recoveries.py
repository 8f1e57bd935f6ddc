"""Is what is given back given alike: of those who complained, who got something and how much, by group beside the best group.

The rule of thumb is that of the four fifths: a group granted less than four fifths as often as the group granted most often, or
four fifths as much, is looked at. A value-based limit may be right; that it follows a country or a language must be known.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from features.reports.stages import FEW, GroupGrants, GroupVerdict
from models.kpis.arithmetic.figures import IntArray
from models.rows import BoolArray, FloatArray

FOUR_FIFTHS = 0.8
FEWEST = 20
"""A group with fewer customers who complained is told, and not judged."""

_DEVIATIONS = 1.959963984540054  # of the normal distribution, for an interval that holds 95 in 100
Groups = Mapping[str, npt.NDArray[np.str_]]
"""By kind (segment, country, language, stage), the group of every customer."""


@dataclass(frozen=True)
class Grants:
    """What was given back, one element a grant: to which customer (a place), and how much in company currency."""

    customers: IntArray
    amounts: FloatArray


@dataclass(frozen=True)
class _Group:
    """One group: customers who complained, how many of them were granted something, and what each of those got."""

    kind: str
    name: str
    complained: int
    amounts: FloatArray

    @property
    def granted(self) -> int:
        return len(self.amounts)

    @property
    def rate(self) -> float:
        return self.granted / self.complained

    @property
    def mean(self) -> float:
        return float(self.amounts.mean()) if self.granted else math.nan


def grants_by_group(complained: IntArray, grants: Grants, groups: Groups) -> tuple[GroupGrants, ...]:
    """Return every group of every kind, the best first, each beside the best of its kind.

    `complained`: places of the customers who complained in the period; grants to others are not looked at here.
    """
    count = max([*(len(names) for names in groups.values()), 0])
    amounts = np.bincount(grants.customers, grants.amounts, minlength=count).astype(np.float64)
    has_complained = np.zeros(count, dtype=np.bool_)
    has_complained[complained] = True
    return tuple(
        line for kind, names in groups.items() for line in _of_kind([*_groups(kind, names, has_complained, amounts=amounts)])
    )


def _groups(kind: str, names: npt.NDArray[np.str_], complained: BoolArray, *, amounts: FloatArray) -> Iterator[_Group]:
    for name in sorted(set(names[complained].tolist())):
        here = complained & (names == name)
        yield _Group(kind, name, int(here.sum()), amounts[here & (amounts > 0)])


def _of_kind(groups: list[_Group]) -> list[GroupGrants]:
    judged = [group for group in groups if group.complained >= FEWEST]
    often = max(judged, key=lambda group: group.rate, default=None)
    much = max((group for group in judged if group.granted >= FEW), key=lambda group: group.mean, default=None)
    lines = [_line(group, often, much, alone=len(judged) < 2) for group in groups]
    return sorted(lines, key=lambda line: (line.verdict == "too_few", -(line.grant_rate or 0.0), line.group))


def _line(group: _Group, often: _Group | None, much: _Group | None, *, alone: bool) -> GroupGrants:
    rate, mean = group.rate if group.complained >= FEW else None, group.mean if group.granted >= FEW else math.nan
    bare = GroupGrants(group.kind, group.name, group.complained, group.granted, rate, _known(mean))
    if alone or often is None or not often.granted or group.complained < FEWEST:
        return bare
    low, high = _ratio_interval(group, often)
    ratio = group.rate / often.rate
    amount = math.nan if much is None else mean / much.mean
    return replace(
        bare, rate_ratio=ratio, rate_low=low, rate_high=high, amount_ratio=_known(amount), verdict=_verdict(ratio, high, amount)
    )


def _verdict(ratio: float, high: float, amount: float) -> GroupVerdict:
    if high < FOUR_FIFTHS:
        return "below_for_sure"
    return "below" if ratio < FOUR_FIFTHS or amount < FOUR_FIFTHS else "alike"


def _ratio_interval(group: _Group, best: _Group) -> tuple[float, float]:
    """Return the interval of the ratio of two shares, normal on the log scale (Katz 1978), half a grant added to each."""
    if group is best:
        return 1.0, 1.0
    got, of, got_best, of_best = (number + 0.5 for number in (group.granted, group.complained, best.granted, best.complained))
    error = math.sqrt(1 / got - 1 / of + 1 / got_best - 1 / of_best)
    middle = (got / of) / (got_best / of_best)
    return middle * math.exp(-_DEVIATIONS * error), middle * math.exp(_DEVIATIONS * error)


def _known(figure: float) -> float | None:
    return None if math.isnan(figure) else figure
