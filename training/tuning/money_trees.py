"""What do trees alone say of the money to come, however they are grown: what tuning tries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from models.examples import Examples
from models.learners.boosting import BoostingPreset
from models.rows import FloatArray, Rows
from models.value import ValueRecipe, grow_value
from training.tuning.trees import Grow


@dataclass(frozen=True)
class MoneyTrees:
    """Trees of both kinds, asked for the money of the one horizon of `recipe`, whose label stands at `place`."""

    recipe: ValueRecipe
    place: int

    @property
    def defaults(self) -> Mapping[str, BoostingPreset]:
        """Return how trees are grown if nothing is tuned."""
        return {"default": self.recipe.preset}

    def learned(self, learning: Examples, *, seed: int) -> Grow:
        """Return what tells margin less cost to serve.

        Raises
        ------
        TooFewBuyers
            If hardly anybody learned from brought anything.
        """
        one = replace(learning, labels=learning.labels[:, [self.place]])
        grown = grow_value(one, recipe=self.recipe, seed=seed)

        def said(preset: BoostingPreset, tested: Rows) -> FloatArray:
            return grown(replace(preset, bag=1)).predict(tested, names=learning.names)[:, 0]

        return said

    def losses(self, said: FloatArray, came: FloatArray) -> FloatArray:
        """Return what each row of one moment adds to the mean absolute error plus the size of the mean error.

        >>> trees = MoneyTrees(ValueRecipe((("rhythm", 1.0),), (30,), 30), 0)
        >>> trees.losses(np.array([2.0, 0.0]), np.array([1.0, 3.0])).tolist()
        [0.0, 6.0]
        """
        errors = said - came
        return np.asarray(np.abs(errors) + np.sign(errors.sum()) * errors)
