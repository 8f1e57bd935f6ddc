"""Where does the kernel keep one customer's intermediate results: arrays made once a call, and used again for each customer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.language.program import Program, Rows

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Work(NamedTuple):
    """Scratch memory. Phase p of the customer's rows of one source stands at `row[p]`; row j of a view is phase `shown[j]`."""

    as_ofs: NDArray[np.int64]
    row: NDArray[np.int64]
    first: NDArray[np.int64]
    """The first moment of a phase, as a position in `as_ofs`."""
    stop: NDArray[np.int64]
    """The first moment after a phase."""
    past: NDArray[np.int64]
    """The first moment before which the row of a phase happened."""
    joined: NDArray[np.int64]
    """When the customer joined, as known at each moment; `NEVER` before."""
    joined_until: NDArray[np.int64]
    """The next moment at which that is another."""
    breaks: NDArray[np.bool_]
    """At which moments a new view is needed; the last is the end."""
    registers: NDArray[np.float64]
    picked: NDArray[np.int64]
    shown: NDArray[np.int64]
    times: NDArray[np.int64]
    """Event times of the view."""
    columns: NDArray[np.float64]
    """Prepared columns of the view; the last line is for values on their way there."""
    edges: NDArray[np.int64]
    """The first row of the view at or after each edge, at each moment: where a window begins, or what it ends before."""
    last_seen: NDArray[np.int64]
    seen: NDArray[np.int64]
    tally: NDArray[np.int64]
    """How often each code stands in a window; all 0 between measures."""
    slots: NDArray[np.float64]


class Span(NamedTuple):
    """The moments `first` to before `stop` share one view of `rows` rows; `whole` if these are all phases, in their order."""

    first: int
    stop: int
    rows: int
    whole: bool


def compiled(function: _Function) -> _Function:
    """Compile a part of the kernel when its entry is compiled, into it.

    Inlined, because handing these bundles of arrays from call to call took longer than the arithmetic. A division by zero is
    asked for where it can happen, so Python's check of each division is left out.
    """
    return cast(_Function, njit(error_model="numpy", forceinline=True)(function))


def new_work(program: Program, rows: Rows, as_ofs: NDArray[np.int64]) -> Work:
    """Make room for the customer with the most phases: one a row, one more for each clock, and for each change of the joining."""
    lengths, clocks = np.diff(rows.starts, axis=1), np.diff(program.clock_starts)
    joinings = np.minimum(2 * lengths[program.joining[0]], as_ofs.size) if program.joining[0] >= 0 else 0
    changes = clocks[:, None] + program.beside_joining[:, None] * joinings
    longest = int((lengths * (1 + changes)).max(initial=1))
    registers, columns, edges = (int(size) for size in program.sizes)
    return Work(
        as_ofs=as_ofs,
        row=np.empty(longest, np.int64),
        first=np.empty(longest, np.int64),
        stop=np.empty(longest, np.int64),
        past=np.empty(longest, np.int64),
        joined=np.empty(as_ofs.size, np.int64),
        joined_until=np.empty(as_ofs.size, np.int64),
        breaks=np.empty(as_ofs.size + 1, np.bool_),
        registers=np.empty((registers, longest)),
        picked=np.empty(longest, np.int64),
        shown=np.empty(longest, np.int64),
        times=np.empty(longest, np.int64),
        columns=np.empty((columns + 1, longest)),
        edges=np.empty((edges, as_ofs.size), np.int64),
        last_seen=np.full(rows.codes[0], -1),
        seen=np.zeros(1, np.int64),
        tally=np.zeros(rows.codes[0], np.int64),
        slots=np.repeat(program.constants[:, None], as_ofs.size, axis=1),
    )
