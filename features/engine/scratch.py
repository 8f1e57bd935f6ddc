"""Where does the kernel keep one customer's intermediate results: arrays made once a call, and used again for each customer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.engine.program import Program, Rows

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Work(NamedTuple):
    """Scratch memory. Phase p of the customer's rows of one source stands at `row[p]`; row j of a view is phase `shown[j]`."""

    as_ofs: NDArray[np.int64]
    row: NDArray[np.int64]
    first: NDArray[np.int64]
    """The first moment of a phase, as a position in `as_ofs`."""
    stop: NDArray[np.int64]
    """The first moment after a phase."""
    steady: NDArray[np.bool_]
    """Whether the phase is all there is of its row: visible as soon as it is past, and never changed."""
    registers: NDArray[np.float64]
    picked: NDArray[np.int64]
    shown: NDArray[np.int64]
    times: NDArray[np.int64]
    """Event times of the view."""
    columns: NDArray[np.float64]
    """Prepared columns of the view; the last line is for values on their way there."""
    edges: NDArray[np.int64]
    """Per window, the first row of the view inside it at each moment; the last line is where all windows end."""
    last_seen: NDArray[np.int64]
    seen: NDArray[np.int64]
    slots: NDArray[np.float64]


class Span(NamedTuple):
    """The moments `first` to before `stop` share one view of `rows` rows."""

    first: int
    stop: int
    rows: int


def compiled(function: _Function) -> _Function:
    """Compile a part of the kernel when its entry is compiled."""
    return cast(_Function, njit(function))


@compiled
def new_work(program: Program, rows: Rows, as_ofs: NDArray[np.int64]) -> Work:
    """Make room for the customer with the most phases: one a row, and one more for each clock its source has."""
    longest = 1
    for source in range(rows.starts.shape[0]):
        clocks = program.clock_starts[source + 1] - program.clock_starts[source]
        for customer in range(rows.starts.shape[1] - 1):
            longest = max(longest, (rows.starts[source, customer + 1] - rows.starts[source, customer]) * (1 + clocks))
    registers, columns, windows = program.sizes
    slots = np.empty((program.constants.size, as_ofs.size))
    for slot in range(program.constants.size):
        slots[slot] = program.constants[slot]
    return Work(
        as_ofs.copy(),
        np.empty(longest, np.int64),
        np.empty(longest, np.int64),
        np.empty(longest, np.int64),
        np.empty(longest, np.bool_),
        np.empty((registers, longest)),
        np.empty(longest, np.int64),
        np.empty(longest, np.int64),
        np.empty(longest, np.int64),
        np.empty((columns + 1, longest)),
        np.empty((windows + 1, as_ofs.size), np.int64),
        np.full(rows.codes[0], -1),
        np.zeros(1, np.int64),
        slots,
    )
