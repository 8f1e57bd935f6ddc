"""From what does a model learn: one row per customer and monthly snapshot, and what became of the customer after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.rows import FloatArray, Rows, WrongShape, check_columns


@dataclass(frozen=True)
class Examples:
    """Rows with mature labels; what a label means is the question's.

    `labels`: float64, one row an example, one column a horizon or an answer. `customers`: a code per customer, so that rows of
    one customer are known as such. `as_ofs`: the moment of each row. `signature`: of the feature catalogue.

    `everyone`: the rows of *all* customers, asked about or not, at the newest moment learned from. The purchase rhythm is fitted
    on them: fitted on recent buyers only it never sees anybody leave. Without it, the newest snapshot among `rows` has to do.

    `weights`: how much each row counts beside the others, read by acceptance models; None where all count the same.
    """

    rows: Rows
    names: tuple[str, ...]
    labels: FloatArray
    customers: npt.NDArray[np.int32]
    as_ofs: npt.NDArray[np.int64]
    signature: str
    everyone: Rows | None = None
    weights: FloatArray | None = None

    def __post_init__(self) -> None:
        check_columns(self.rows, self.names, self.names)
        lengths = {len(self.rows), len(self.labels), len(self.customers), len(self.as_ofs)}
        if len(lengths) != 1 or self.labels.ndim != 2:
            raise WrongShape(
                f"needed rows, labels (a column an answer), customers and as_ofs of one length, found {sorted(lengths)}"
            )

    def population(self) -> Rows:
        """Return the rows to learn the rhythm of purchases from."""
        return self.rows[self.as_ofs == self.as_ofs.max()] if self.everyone is None else self.everyone
