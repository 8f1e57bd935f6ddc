"""How much more, or less, often is an offer taken than others like it: its own level in log-odds, as far as its answers tell.

Empirical Bayes: levels are taken to be spread around 0, as widely as those of all offers together show. An offer's own level is
drawn to 0 by n / (n + k), where n is the information of its answers (sum of p (1 - p), about its acceptances where they are rare)
and k the inverse of that spread's variance: an offer without answers has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.decision.estimates import Effect, OfferEvidence
from models.learners.special import expit
from models.rows import FloatArray

MATURE_POSITIVES = 200
"""From so many acceptances on an offer's own level is believed: the convention of Pega's adaptive models."""

NEW_OFFER_SPREAD = 1.0
"""Standard deviation, in log-odds, of how far off an offer's level may be that nobody has answered yet: e up or down."""

_NORMAL_95 = 1.96
_FURTHEST = 3.0


@dataclass(frozen=True)
class Answered:
    """What became of offers shown: the offer of each (a place in `offers`), what the model said in log-odds, 1.0 for a yes."""

    offers: tuple[str, ...]
    which: npt.NDArray[np.intp]
    log_odds: FloatArray
    accepted: FloatArray
    weights: FloatArray | None = None

    def sums(self, values: FloatArray) -> FloatArray:
        """Return the sum of a value a row, by offer; rows count by their weights."""
        weighted = values if self.weights is None else values * self.weights
        return np.bincount(self.which, weights=weighted, minlength=len(self.offers)).astype(np.float64)


def fit_levels(answered: Answered) -> dict[str, float]:
    """Return the level of every offer: what is to be added to the model's log-odds."""
    chances = expit(answered.log_odds)
    missed = answered.sums(answered.accepted - chances)
    information = np.maximum(answered.sums(chances * (1.0 - chances)), 1e-9)
    variance = spread_of(missed / information, information)
    if variance <= 0:
        return dict.fromkeys(answered.offers, 0.0)
    levels = np.clip(shrunk(missed / information, information, variance=variance), -_FURTHEST, _FURTHEST)
    return dict(zip(answered.offers, levels.tolist(), strict=True))


def spread_of(levels: FloatArray, information: FloatArray) -> float:
    """Return the variance of levels around 0, beyond what chance alone makes of them (method of moments); at least 0."""
    excess = float((information * levels**2).sum()) - len(levels)
    return max(0.0, excess / float(information.sum())) if len(levels) else 0.0


def shrunk(levels: FloatArray, information: FloatArray, *, variance: float) -> FloatArray:
    """Return levels drawn to 0 by n / (n + 1 / variance), n being their information.

    >>> shrunk(np.array([1.0, 1.0]), np.array([10.0, 90.0]), variance=0.1).tolist()
    [0.5, 0.9]
    """
    return np.asarray(levels * information / (information + 1.0 / variance))


def evidence_of(answered: Answered, *, effects: Mapping[str, Effect] | None = None) -> dict[str, OfferEvidence]:
    """Return what the estimates of each offer rest on; an effect is assumed unless it is among the measured ones."""
    shown, positives = answered.sums(np.ones(len(answered.which))), answered.sums(answered.accepted)
    chances = expit(answered.log_odds)
    information = answered.sums(chances * (1.0 - chances))
    found = {}
    for place, offer in enumerate(answered.offers):
        effect: Effect = "assumed" if effects is None else effects.get(offer, "assumed")
        count, yes = round(float(shown[place])), round(float(positives[place]))
        found[offer] = OfferEvidence(
            count, yes, yes >= MATURE_POSITIVES, min(1.0, yes / MATURE_POSITIVES), half_width(float(information[place])), effect
        )
    return found


def half_width(information: float) -> float:
    """Return half the width of the 95 % interval of an offer's level, in log-odds; widest for an offer nobody has answered.

    >>> round(half_width(0.0), 2), round(half_width(160.0), 2)
    (1.96, 0.15)
    """
    return _NORMAL_95 / float(np.sqrt(information + 1.0 / NEW_OFFER_SPREAD**2))


def level_column(levels: Mapping[str, float], offers: Sequence[str], which: npt.NDArray[np.intp]) -> FloatArray:
    """Return the level of each row's offer, its place among the offers given; 0 for one never seen."""
    return np.array([levels.get(offer, 0.0) for offer in offers])[which]
