"""Of whom is something predicted: their features at one moment, where they stand, and whether they may leave."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from features.company.schema import Company
from features.stages.table import Stood
from features.times import Timestamp
from models.rows import BoolArray, FloatArray, Rows


@dataclass(frozen=True)
class People:
    """Some or all customers of a company at one moment, a row each in everything.

    `names` and `matrix`: the features of the company's catalogue, float32. `is_at_risk`: whether the model of churn was made for
    them. `stages`: where they stand in each stage set; none where nobody asks.
    """

    company: Company
    as_of: Timestamp
    names: tuple[str, ...]
    matrix: Rows
    is_at_risk: BoolArray
    stages: tuple[Stood, ...] = ()

    def __len__(self) -> int:
        return len(self.matrix)

    def features(self, names: Collection[str]) -> dict[str, FloatArray]:
        """Return these features as float64 columns by name, sorted.

        Raises
        ------
        ValueError
            If one is not among the names.
        """
        places = {name: self.names.index(name) for name in sorted(names)}
        return {name: np.asarray(self.matrix[:, place]).astype(np.float64) for name, place in places.items()}
