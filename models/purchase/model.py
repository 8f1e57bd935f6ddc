"""What does a purchase model answer: the chance of a purchase within each horizon, and the day it is to be expected.

To buy within a horizon is not to stay silent for the whole of it, so what is learned is a model of silence (`models.churn`), of
every customer and not of those at risk alone, and what is answered is its opposite.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features.write_once import canonical_json
from models.churn.members import RHYTHM_FEATURES, purchase_histories
from models.churn.model import ChurnModel
from models.learners.btyd import Btyd
from models.learners.special import expit
from models.model import ColumnRange
from models.purchase.waiting import median_waiting_days
from models.rows import FloatArray, Rows

PURCHASE_EXPECTED_DAYS = "purchase_expected_days"
"""Whole days until half of such customers will have bought; NaN where the longest horizon does not reach so far."""

_RHYTHM = "rhythm.json"


@dataclass(frozen=True)
class PurchaseModel:
    """A fitted model of the next purchase. Immutable; may be shared between threads.

    `silence`: the model of no purchase within each horizon. `rhythm`: what shapes the waiting time between two horizons; None
    where no rhythm could be learned.
    """

    kind: ClassVar[str] = "purchase"
    silence: ChurnModel
    rhythm: Btyd | None

    @property
    def name(self) -> str:
        """Return the name of the recipe."""
        return self.silence.name

    @property
    def signature(self) -> str:
        """Return the signature of the feature catalogue it was fitted on."""
        return self.silence.signature

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Return the columns it reads, in their order."""
        return self.silence.feature_names

    @property
    def ranges(self) -> ColumnRange:
        """Return what training rows looked like."""
        return self.silence.ranges

    @property
    def horizons_days(self) -> tuple[int, ...]:
        """Return the horizons, rising."""
        return self.silence.horizons_days

    def predict(self, rows: Rows, *, names: Sequence[str]) -> FloatArray:
        """Return the chance of a purchase within each horizon, shape (rows, horizons); it never falls with the horizon.

        Raises
        ------
        WrongColumns
            If `names` are not the model's, in its order.
        """
        return np.asarray(expit(-self.silence.log_odds(rows, names=names)))

    def expected_days(self, rows: Rows, *, names: Sequence[str]) -> FloatArray:
        """Return the median waiting time in whole days; NaN where it lies beyond the longest horizon."""
        return self._waiting(rows, self.predict(rows, names=names))

    def score(self, rows: Rows, *, names: Sequence[str]) -> dict[str, FloatArray]:
        """Return `purchase_<days>` for each horizon, and `purchase_expected_days`."""
        chances = self.predict(rows, names=names)
        columns = {f"purchase_{days}": chances[:, place].copy() for place, days in enumerate(self.horizons_days)}
        return {**columns, PURCHASE_EXPECTED_DAYS: self._waiting(rows, chances)}

    def to_files(self) -> dict[str, bytes]:
        """Return the model as files: those of the model of silence, and the rhythm."""
        return {**self.silence.to_files(), _RHYTHM: canonical_json(None if self.rhythm is None else self.rhythm.to_json())}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> PurchaseModel:
        """Return the model that `to_files` wrote; the bytes must have been checked by their hash before."""
        rhythm = json.loads(files[_RHYTHM])
        return cls(ChurnModel.from_files(files), None if rhythm is None else Btyd.from_json(rhythm))

    def _waiting(self, rows: Rows, chances: FloatArray) -> FloatArray:
        if self.rhythm is None:
            return median_waiting_days(chances, self.horizons_days)
        columns = tuple(self.feature_names.index(name) for name in RHYTHM_FEATURES)
        histories = purchase_histories(rows, columns)
        return median_waiting_days(chances, self.horizons_days, rhythm=self.rhythm, histories=histories)
