"""What is predicted for each customer of a snapshot: pure arithmetic over models and a matrix, a slice of rows at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from models.churn.model import ChurnModel
from models.rows import FloatArray, Rows

_ROWS_AT_ONCE = 65_536  # bounds the working memory; answers do not depend on it

CHURN_RESTS_ON_TOO_LITTLE = "churn_rests_on_too_little"
"""1.0 where the customer's features are too incomplete for the churn model, else 0.0: such an answer must carry a warning."""


class ScoredSnapshot(Protocol):
    """What scoring reads of a snapshot: one float32 row a customer, one column a name."""

    @property
    def names(self) -> Sequence[str]:
        """Return the feature names, in the order of the columns."""

    @property
    def matrix(self) -> Rows:
        """Return the features, mapped or in memory."""


def score_snapshot(models: Mapping[str, ChurnModel], snapshot: ScoredSnapshot) -> dict[str, FloatArray]:
    """Return the columns of predictions for every row of a snapshot; `models` by question, missing ones allowed.

    `churn_<days>`: the chance to leave within so many days. `churn_rests_on_too_little`: see there.

    Raises
    ------
    WrongColumns
        If the snapshot's features are not those a model was fitted on.
    """
    return score_churn(models["churn"], snapshot) if "churn" in models else {}


def score_churn(model: ChurnModel, snapshot: ScoredSnapshot) -> dict[str, FloatArray]:
    """Return `churn_<days>` for each horizon of the model, and `churn_rests_on_too_little`, one float64 a row."""
    chances = np.empty((len(snapshot.matrix), len(model.horizons_days)))
    thin = np.empty(len(snapshot.matrix))
    for start in range(0, len(chances), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        rows = np.ascontiguousarray(snapshot.matrix[part], dtype=np.float32)
        chances[part] = model.predict(rows, names=snapshot.names)
        thin[part] = model.rests_on_too_little(rows)
    columns = {f"churn_{days}": chances[:, place].copy() for place, days in enumerate(model.horizons_days)}
    return {**columns, CHURN_RESTS_ON_TOO_LITTLE: thin}
