"""What do trees alone say of where customers will stand, however they are grown: what tuning tries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from models.examples import Examples
from models.learners.boosting import BoostingPreset
from models.rows import FloatArray, Rows
from models.transition import TransitionRecipe, grow_transition
from training.measures.multiclass import LEAST_COUNTED
from training.tuning.trees import Grow


@dataclass(frozen=True)
class StageTrees:
    """Trees of both kinds, asked for the chances of the stages at the one horizon of `recipe`, whose label stands at `place`."""

    recipe: TransitionRecipe
    place: int

    @property
    def defaults(self) -> Mapping[str, BoostingPreset]:
        """Return how trees are grown if nothing is tuned."""
        return {"default": self.recipe.preset}

    def learned(self, learning: Examples, *, seed: int) -> Grow:
        """Return what tells the chances, (rows, stages).

        Raises
        ------
        OneStageOnly
            If all learned from came to one stage.
        """
        one = replace(learning, labels=learning.labels[:, [self.place]])
        grown = grow_transition(one, recipe=self.recipe, seed=seed)

        def said(preset: BoostingPreset, tested: Rows) -> FloatArray:
            model = grown(replace(preset, bag=1))
            return model.chances(tested, names=learning.names)[:, 0]

        return said

    def losses(self, said: FloatArray, came: FloatArray) -> FloatArray:
        """Return the log-loss of each row."""
        given = said[np.arange(len(came)), came.astype(np.intp)]
        return np.asarray(-np.log(np.maximum(given, LEAST_COUNTED)))
