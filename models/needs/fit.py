"""How is a model of needs fitted: boosted trees over pairs of customer and category, drawn from past moments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.errors import Refused
from models.learners.boosting import BoostingPreset, bin_rows, fit_boosting
from models.model import ColumnRange
from models.needs.market import Market
from models.needs.model import NEEDS_FEATURES, NeedsModel
from models.rows import FloatArray, Rows

PRESET = BoostingPreset(fewest_rows=200, feature_share=0.6, bag=1)
"""Pairs are many and of few columns: one bag member, with more of the columns to each tree."""


class TooFewNeeds(Refused):
    """There are too few pairs, or all of one kind: nothing to tell apart."""


@dataclass(frozen=True)
class NeedsExamples:
    """What needs are learned from: rows of customer and category at past moments, and 1.0 where a purchase followed.

    `market`: as of the newest moment there is, which the model keeps. `horizon_days`: within which the purchase had to follow.
    """

    rows: Rows
    labels: FloatArray
    market: Market
    horizon_days: int


def fit_needs(examples: NeedsExamples, *, seed: int, preset: BoostingPreset = PRESET) -> NeedsModel:
    """Fit on all rows; the same rows, labels and seed give the same model, byte for byte.

    Raises
    ------
    TooFewNeeds
        If nobody bought from any of the categories afterwards, or everybody from all.
    """
    bought = int(examples.labels.sum())
    if bought in (0, len(examples.labels)):
        raise TooFewNeeds(
            f"needed pairs of customer and category with and without a purchase in {examples.horizon_days} days, found "
            f"{bought} of {len(examples.labels)} with one; import purchases with their category"
        )
    data = bin_rows(np.ascontiguousarray(examples.rows), NEEDS_FEATURES, preset=preset)
    boosting = fit_boosting(data, examples.labels, preset=preset, seed=seed)
    return NeedsModel("boosting", examples.horizon_days, boosting, examples.market, ColumnRange.of(examples.rows))
