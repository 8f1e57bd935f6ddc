"""What is predicted for each customer of a snapshot: pure arithmetic over models and a matrix, a slice of rows at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from models.model import Model
from models.rows import FloatArray, Rows

_ROWS_AT_ONCE = 65_536  # bounds the working memory; answers do not depend on it


class ScoredSnapshot(Protocol):
    """What scoring reads of a snapshot: one float32 row a customer, one column a name."""

    @property
    def names(self) -> Sequence[str]:
        """Return the feature names, in the order of the columns."""

    @property
    def matrix(self) -> Rows:
        """Return the features, mapped or in memory."""


def score_snapshot(
    model: Model, snapshot: ScoredSnapshot, *, derived: Mapping[str, npt.NDArray[np.float32]] | None = None
) -> dict[str, FloatArray]:
    """Return the columns a model predicts for every row of a snapshot, one float64 a row each.

    `derived`: columns beside the snapshot's own that the model reads, by name, a row each.

    Raises
    ------
    WrongColumns
        If the snapshot's features, followed by the derived ones, are not those the model was fitted on.
    """
    beside = derived or {}
    names, parts = (*snapshot.names, *beside), []
    for start in range(0, max(len(snapshot.matrix), 1), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        rows = snapshot.matrix[part]
        if beside:
            rows = np.column_stack([rows, *(column[part] for column in beside.values())])
        parts.append(model.score(np.ascontiguousarray(rows, dtype=np.float32), names=names))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
