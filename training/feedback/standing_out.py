"""Does the acceptance rate of a source stand out among the others? A beta-binomial tail against what the others say.

What a source should see is the others' rate on the same offers and channels. Sources differ beyond chance (one agent is better
than another), so their rates are taken to scatter by a beta distribution, as far as the others' do, within stated bounds: a few
who work together cannot widen it until nobody stands out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from features.at_risk.events import IntArray
from models.rows import BoolArray, FloatArray

LEAST_SCATTER, MOST_SCATTER = 0.001, 0.03
"""Bounds of the correlation of two answers to one source: rates of 20 % scatter by 1 to 7 points from source to source."""

_FEW_OTHERS = 5  # too few to tell how far they scatter: as far as is allowed
_SHRUNK_BY = 20.0  # answers of all others that each offer's own rate is mixed with


@dataclass(frozen=True)
class Told:
    """What sources say: of each row its source (a code), what was offered (a code), and whether it was accepted."""

    sources: IntArray
    kinds: IntArray
    accepted: BoolArray


@dataclass(frozen=True)
class Compared:
    """One source beside the others: its share of yes, the share to be expected, and how often chance is at least as far off."""

    accepted_share: float
    expected_share: float
    chance: float


def compared(told: Told, source: int) -> Compared:
    """Return how the rate of a source stands beside the others'; both sides count, a source that says no to all teaches too.

    Reference: Griffiths (1973), Biometrics 29, 637-648, for the beta-binomial; its scatter is taken by moments.
    """
    own = told.sources == source
    rates = _rates(told, ~own)
    yes, rows = int(told.accepted[own].sum()), int(own.sum())
    expected = float(rates[told.kinds[own]].mean())
    scatter = _scatter(told, ~own, rates=rates) + _unsure(told, own, rates=rates) / (expected * (1 - expected))
    sure = (1 - scatter) / scatter
    tail = stats.betabinom(rows, expected * sure, (1 - expected) * sure)
    return Compared(yes / rows, expected, min(1.0, 2.0 * min(float(tail.sf(yes - 1)), float(tail.cdf(yes)))))


def _rates(told: Told, rows: BoolArray) -> FloatArray:
    """Return the rate of each thing offered over some rows, mixed with the rate over all of them."""
    count = int(told.kinds.max(initial=0)) + 1
    shown = np.bincount(told.kinds[rows], minlength=count)
    yes = np.bincount(told.kinds[rows], told.accepted[rows], minlength=count)
    overall = (yes.sum() + 0.5) / (shown.sum() + 1.0)
    return np.asarray((yes + _SHRUNK_BY * overall) / (shown + _SHRUNK_BY), dtype=np.float64)


def _unsure(told: Told, own: BoolArray, *, rates: FloatArray) -> float:
    """Return the variance of the share to be expected: of what the others were hardly ever shown, they tell little."""
    others = np.bincount(told.kinds[~own], minlength=len(rates))
    mix = np.bincount(told.kinds[own], minlength=len(rates)) / own.sum()
    return float((mix**2 * rates * (1 - rates) / (others + _SHRUNK_BY)).sum())


def _scatter(told: Told, rows: BoolArray, *, rates: FloatArray) -> float:
    """Return the correlation within a source by which the others' counts scatter more than chance alone lets them."""
    codes, chances = told.sources[rows], rates[told.kinds[rows]]
    answers = np.bincount(codes)
    here = answers > 0
    if here.sum() < _FEW_OTHERS:
        return MOST_SCATTER
    off = (np.bincount(codes, told.accepted[rows]) - np.bincount(codes, chances))[here]
    by_chance = np.bincount(codes, chances * (1 - chances))[here]
    excess = float((off**2 / by_chance).sum() - here.sum()) / max(float((answers[here] - 1).sum()), 1.0)
    return min(max(excess, LEAST_SCATTER), MOST_SCATTER)
