"""What are the features of these customers at these moments: history in, one float32 row a customer and moment out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.engine.history import History, read_history
from features.errors import InvalidInput
from features.kernel.entry import run
from features.kernel.scratch import new_work
from features.language.program import Compiled, frozen
from features.times import Timestamp

_STRANGER = pa.StringArray.from_buffers(1, pa.py_buffer(np.array([0, 1], np.int32)), pa.py_buffer(b"?"))
"""Somebody without a row: every count 0, the rest missing."""


class NotOneCustomer(InvalidInput):
    """Rows of several customers, where those of one were needed."""


@dataclass(frozen=True)
class Results:
    """The program's outputs, `[moment, customer]`, NaN where missing; customers as in the history, moments as asked."""

    outputs: NDArray[np.float32]

    @property
    def rows(self) -> NDArray[np.float32]:
        """Return the features."""
        return self.outputs[:, :, :-2]

    @property
    def is_customer(self) -> NDArray[np.bool_]:
        """Return whether a row of `customers` is visible: only these are rows of a snapshot."""
        return self.outputs[:, :, -2] > 0

    @property
    def only_events(self) -> NDArray[np.bool_]:
        """Return whether events are visible, of somebody who is no customer."""
        return (self.outputs[:, :, -1] > 0) & ~self.is_customer


def compute(compiled: Compiled, history: History, as_ofs: Sequence[Timestamp]) -> Results:
    """Run a compiled catalogue over a history; moments in any order, repeated or not."""
    moments, positions = np.unique(np.asarray(as_ofs, dtype=np.int64), return_inverse=True)
    outputs = np.empty((len(moments), len(history.ids), len(compiled.program.outputs)), dtype=np.float32)
    run(compiled.program, history.rows, new_work(compiled.program, history.rows, frozen(moments)), outputs)
    asked_as_is = len(positions) == len(moments) and bool((positions == np.arange(len(moments))).all())
    return Results(outputs if asked_as_is else outputs[positions])


def compute_customer(catalogue: Catalogue, rows: Mapping[str, pa.Table], as_ofs: Sequence[Timestamp]) -> NDArray[np.float32]:
    """Return one customer's features, a row a moment and a column a name of the catalogue; NaN where missing.

    Parameters
    ----------
    catalogue
        Which features.
    rows
        The customer's stored rows by source, all versions, in storage order; a source may be missing.
    as_ofs
        Moments, in any order. Only what was known before each counts.

    Raises
    ------
    NotOneCustomer
        If the rows are of several customers.
    """
    history = read_history(catalogue.compiled, rows)
    if len(history.ids) > 1:
        raise NotOneCustomer(f"needed the rows of one customer, found those of {len(history.ids)}")
    if len(history.ids) == 0:
        history = read_history(catalogue.compiled, {}, ids=_STRANGER)
    return np.ascontiguousarray(compute(catalogue.compiled, history, as_ofs).rows[:, 0])
