"""What do high performers share while they are new: the few features in which they differ most from the others, in figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from models.rows import BoolArray, FloatArray, Rows, quantities

MOST_TRAITS = 5
_ALIKE = 0.8  # rank correlation: beyond it a second feature says the same again
_LEAST_KNOWN = 0.5
_LEAST_TOLD = 0.05  # of AUC from one half: less is no difference worth a sentence


@dataclass(frozen=True)
class Trait:
    """One feature that tells high performers from the others.

    `high`, `others`: the median of each while new. `tells`: the chance that a high performer has more of it than another
    customer; over one half more, under it less.
    """

    feature: str
    high: float
    others: float
    tells: float

    def shared_by(self, values: Rows) -> BoolArray:
        """Return whose value lies nearer to the high performers' median, on their side; not known is not shared."""
        middle = (self.high + self.others) / 2
        with np.errstate(invalid="ignore"):
            return np.asarray(values > middle if self.tells > 0.5 else values < middle) & ~np.isnan(values)


def traits_of(rows: Rows, names: Sequence[str], *, high: BoolArray) -> tuple[Trait, ...]:
    """Return at most five traits, the most telling first; one that repeats another is left out, and so is one hardly known.

    Examples
    --------
    >>> rows = np.array([[1, 7], [2, 7], [8, 7], [9, 7]], np.float32)
    >>> [(each.feature, each.high, each.others) for each in traits_of(rows, ("orders", "same"), high=np.arange(4) > 1)]
    [('orders', 8.5, 1.5)]
    """
    places = [place for place in quantities(names) if np.isfinite(rows[:, place]).mean() >= _LEAST_KNOWN]
    ranks = {place: _ranks(rows[:, place]) for place in places}
    tells = {place: _tells(ranks[place], high) for place in places}
    told: list[int] = []
    for place in sorted(places, key=lambda each: -abs(tells[each] - 0.5)):
        if len(told) == MOST_TRAITS or abs(tells[place] - 0.5) < _LEAST_TOLD:
            break
        if all(abs(np.corrcoef(ranks[place], ranks[other])[0, 1]) < _ALIKE for other in told):
            told.append(place)
    traits = [
        Trait(names[place], float(np.nanmedian(rows[high, place])), float(np.nanmedian(rows[~high, place])), tells[place])
        for place in told
    ]
    return tuple(trait for trait in traits if trait.high != trait.others)


def _ranks(column: npt.NDArray[np.float32]) -> FloatArray:
    """Return average ranks; a missing value takes the middle."""
    known = ~np.isnan(column)
    ranks = np.full(len(column), 0.5)
    ranks[known] = rankdata(column[known]) / max(int(known.sum()), 1)
    return ranks


def _tells(ranks: FloatArray, high: BoolArray) -> float:
    order = rankdata(ranks)
    above = order[high].sum() - high.sum() * (high.sum() + 1) / 2
    return float(above / max(high.sum() * (~high).sum(), 1))
