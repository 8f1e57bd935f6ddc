"""What do trees alone say of a yes-or-no question, however they are grown: what tuning tries, for churn and for purchases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from models.churn.recipe import OneSided
from models.examples import Examples
from models.learners.boosting import BoostingPreset, bin_rows, fit_boosting
from models.rows import FloatArray, Rows
from training.tuning.trees import Grow


@dataclass(frozen=True)
class ChanceTrees:
    """Trees asked for the chance of a yes at the main horizon, whose place among the labels is `place`."""

    defaults: Mapping[str, BoostingPreset]
    place: int

    def learned(self, learning: Examples, *, seed: int) -> Grow:
        """Return what tells log-odds.

        Raises
        ------
        OneSided
            If all learned from fared alike.
        """
        labels = learning.labels[:, self.place]
        if np.ptp(labels) == 0:
            raise OneSided(f"needed examples of both kinds, found {int(labels.sum())} of {len(labels)}; import more history")
        data = bin_rows(learning.rows, learning.names, preset=next(iter(self.defaults.values())))

        def said(preset: BoostingPreset, tested: Rows) -> FloatArray:
            return fit_boosting(data, labels, preset=replace(preset, bag=1), seed=seed).log_odds(tested)

        return said

    def losses(self, said: FloatArray, came: FloatArray) -> FloatArray:
        """Return the log-loss of each row.

        >>> ChanceTrees({}, 0).losses(np.array([0.0, 9.0]), np.array([1.0, 1.0])).round(3).tolist()
        [0.693, 0.0]
        """
        return np.asarray(np.logaddexp(0.0, said) - came * said)
