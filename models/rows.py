"""What is a row to a model: float32 features under names in one fixed order, and what is wrong with one that differs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from features.errors import InvalidInput
from features.language.feature import is_category

Rows: TypeAlias = npt.NDArray[np.float32]
"""One row per customer and moment, one column per feature; NaN where a feature is not known."""

FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]


class WrongColumns(InvalidInput):
    """The columns given are not those the model was fitted on, in that order.

    A model would answer all the same, and wrongly: a tree reads column 7, whatever stands there.

    >>> WrongColumns(needed=["a", "b"], found=["b", "c"]).missing
    ('a',)
    >>> WrongColumns(needed=["a", "b"], found=["b", "a"]).reordered
    True
    """

    def __init__(self, *, needed: Sequence[str], found: Sequence[str]) -> None:
        self.missing = tuple(name for name in needed if name not in set(found))
        self.extra = tuple(name for name in found if name not in set(needed))
        self.reordered = not self.missing and not self.extra and tuple(needed) != tuple(found)
        super().__init__(f"needed the {len(needed)} columns the model was fitted on, in their order; {self._difference(found)}")

    def _difference(self, found: Sequence[str]) -> str:
        if self.reordered:
            return "found the same names in another order, or repeated; pass them in the order of `feature_names`"
        lacking = f"missing: {', '.join(self.missing) or 'none'}"
        return f"found {len(found)}; {lacking}; not wanted: {', '.join(self.extra) or 'none'}"


class WrongShape(InvalidInput):
    """The matrix is not one row per customer with one column per name."""


def check_columns(rows: Rows, names: Sequence[str], needed: Sequence[str]) -> None:
    """Let rows pass only if `names` equals `needed` in every place and the matrix has that many columns.

    Raises
    ------
    WrongColumns
        Naming what is missing, what is not wanted, or that the order differs.
    WrongShape
        If the matrix has another width than it has names, or is no matrix.
    """
    if tuple(names) != tuple(needed):
        raise WrongColumns(needed=needed, found=names)
    if rows.ndim != 2 or rows.shape[1] != len(needed):
        raise WrongShape(f"needed a matrix of {len(needed)} columns, found shape {rows.shape}")


def quantities(names: Sequence[str]) -> list[int]:
    """Return the places of the columns that hold quantities; the others hold codes of texts, which no learner may add or order.

    >>> quantities(["code_of_segment", "tenure_days"])
    [1]
    """
    return [place for place, name in enumerate(names) if not is_category(name)]


def missing_share(rows: Rows) -> FloatArray:
    """Return, for each row, which part of its features is not known; 0 is complete, 1 is empty.

    >>> missing_share(np.array([[1, np.nan], [1, 2]], np.float32)).tolist()
    [0.5, 0.0]
    """
    return np.asarray(np.isnan(rows).mean(axis=1), dtype=np.float64)
