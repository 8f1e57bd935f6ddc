"""Which part of the priority decides who wins? Each is left out in turn, and customers whose first offer changes are counted.

A part left out tells nothing any more: everybody's effect or value becomes the mean of what passed the gates, a context weight
or a lever becomes 1. The cost stays, so that an offer can still be worth less than nothing.
"""

from __future__ import annotations

import numpy as np

from features.reports.value_finder import OfferShift, Sensitivity
from models.rows import FloatArray
from training.value_finder.contenders import Contenders, Places

PARTS = ("effect", "value", "context", "lever")
_MEAN = ("effect", "value")


def sensitivity(contenders: Contenders) -> list[Sensitivity]:
    """Return what changes without each part, in the order in which they are multiplied."""
    before = contenders.first(contenders.priority)
    return [_without(contenders, part, before=before) for part in PARTS]


def without(contenders: Contenders, part: str) -> FloatArray:
    """Return the priorities with one part left out; what could not be known stays so."""
    factors = dict(contenders.factors)
    own = np.broadcast_to(factors[part], contenders.cost.shape)
    known = contenders.passed & np.isfinite(own)
    told = float(own[known].mean()) if part in _MEAN and known.any() else 1.0
    return contenders.weighed({**factors, part: np.where(np.isfinite(own), told, np.nan)})


def _without(contenders: Contenders, part: str, *, before: Places) -> Sensitivity:
    after = contenders.first(without(contenders, part))
    changed = int((before != after).sum())
    shifts = [
        OfferShift(name, int((before == place).sum()), int((after == place).sum()))
        for place, name in enumerate(contenders.offer_ids)
    ]
    return Sensitivity(part, changed, changed / max(len(before), 1), shifts)
