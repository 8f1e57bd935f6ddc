"""What is a model to those who store, load and ask it: rows in, answers out, the same to the last bit after a round trip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

from models.rows import FloatArray, Rows


@dataclass(frozen=True)
class ColumnRange:
    """What training rows look like, column by column, naming nobody: 1st and 99th percentile, missing share, and median."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    missing: tuple[float, ...]
    middle: tuple[float, ...]

    @classmethod
    def of(cls, rows: Rows) -> ColumnRange:
        """Return the ranges of the columns; an empty column lies between 0 and 0.

        >>> ColumnRange.of(np.array([[1.0], [1.0], [np.nan], [np.nan]], np.float32)).missing
        (0.5,)
        """
        missing = np.isnan(rows).mean(axis=0)
        columns = zip(rows.T, missing, strict=True)
        levels = [np.nanquantile(column, [0.01, 0.99, 0.5]) if gone < 1 else np.zeros(3) for column, gone in columns]
        low, high, middle = np.array(levels, dtype=np.float64).reshape(-1, 3).T.tolist()
        return cls(tuple(low), tuple(high), tuple(missing.tolist()), tuple(middle))

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ColumnRange:
        """Return the ranges that were written as a JSON object of four lists."""
        return cls(**{key: tuple(numbers) for key, numbers in value.items()})

    def median_customer(self) -> Rows:
        """Return one row of the medians, shape (1, columns); NaN where most rows have nothing.

        >>> ColumnRange.of(np.array([[1.0, np.nan], [3.0, np.nan], [9.0, 4.0]], np.float32)).median_customer().tolist()
        [[3.0, nan]]
        """
        return np.where(np.asarray(self.missing) > 0.5, np.nan, np.asarray(self.middle)).astype(np.float32)[None]


class Model(Protocol):
    """A fitted model. Immutable; may be shared between threads; holds no row and no id of any customer.

    `kind` says which question it answers, `name` by which recipe; `feature_names` are the columns it reads, in order: those of
    the catalogue with this `signature`, then any that are derived from a snapshot.
    """

    kind: ClassVar[str]

    @property
    def name(self) -> str:
        """Return the name of the recipe."""
        ...

    @property
    def signature(self) -> str:
        """Return the signature of the feature catalogue it was fitted on."""
        ...

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Return the columns it reads, in their order."""
        ...

    @property
    def ranges(self) -> ColumnRange:
        """Return what training rows looked like."""
        ...

    def predict(self, rows: Rows, *, names: Sequence[str]) -> FloatArray:
        """Return the answers, shape (rows, answers): what golden rows repeat."""
        ...

    def score(self, rows: Rows, *, names: Sequence[str]) -> Mapping[str, FloatArray]:
        """Return the columns that stand in the predictions of every customer, one float64 a row each."""
        ...

    def to_files(self) -> dict[str, bytes]:
        """Return the model as files: LightGBM texts, and JSON for the rest."""
        ...
