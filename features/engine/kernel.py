"""What does one customer's history come to at each moment: the one place where features are computed.

Each source's rows arrive sorted by (time, storage order). A row is cut into *phases*: runs of moments over which the same of its
values are visible. Conditions are evaluated once a phase. Where every selected phase begins when its row is past and lasts to the
end (the rule), one *view* of the rows serves all moments, and windows are two pointers that only move forward. Where not (a late
row, a corrected one, a value learned between two moments) each moment gets its own view of what was visible then, and the same
code runs over it. Both give the same bits, so a result never depends on which other moments, customers or later rows were there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias, cast

import numpy as np
from numba import njit, typeof, types
from numpy.typing import NDArray

from features.engine.compiler import compile_formulas
from features.engine.measures import fill_formulas, measure
from features.engine.phases import all_steady, cut_into_phases, fill_registers, pick
from features.engine.program import Program, Rows, no_rows
from features.engine.scratch import Span, Work, compiled, new_work
from features.engine.views import EVERY_MOMENT, look, mark_edge, prepare_columns

_Run: TypeAlias = Callable[[Program, Rows, NDArray[np.int64], NDArray[np.float32]], None]


_type_of = cast(Callable[[object], types.Type], typeof)


@compiled
def _measure_source(program: Program, rows: Rows, work: Work, place: tuple[int, int]) -> None:
    source, _ = place
    moments = work.as_ofs.size
    phases = cut_into_phases(program, rows, work, place)
    fill_registers(program, rows, work, (source, phases))
    for selection in range(program.selection_starts[source], program.selection_starts[source + 1]):
        picked = pick(work, program.wheres[selection], phases)
        if all_steady(work, picked):
            size = look(rows, work, picked, EVERY_MOMENT)
            _measure_selection(program, work, selection, Span(0, moments, size))
            continue
        for moment in range(moments):
            size = look(rows, work, picked, moment)
            _measure_selection(program, work, selection, Span(moment, moment + 1, size))


@compiled
def _measure_selection(program: Program, work: Work, selection: int, span: Span) -> None:
    windows = program.window_starts[selection]
    for window in range(windows, program.window_starts[selection + 1]):
        mark_edge(work, window - windows, program.windows[window], span)
    mark_edge(work, work.edges.shape[0] - 1, 0, span)
    prepare_columns(program, work, selection, span.rows)
    for index in range(program.measure_starts[selection], program.measure_starts[selection + 1]):
        measure(program, work, index, span)


@compiled
def _round_once(program: Program, work: Work, results: NDArray[np.float32]) -> None:
    """Round to float32. A NaN is always the same NaN and a zero always +0.0, so that equal results have equal bytes."""
    for output in range(program.outputs.size):
        slot = work.slots[program.outputs[output]]
        for moment in range(work.as_ofs.size):
            value = slot[moment]
            results[moment, output] = value + 0.0 if value == value else np.nan


def _version() -> int:
    """Return a number that changes with any part of the kernel."""
    digest = hashlib.blake2b(digest_size=7)
    for name in ("kernel", "measures", "phases", "program", "scratch", "views"):
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return int.from_bytes(digest.digest())


def _entry(version: int) -> _Run:
    """Compile the kernel for read-only, C-contiguous arrays, or take it from numba's cache."""
    moments, results = types.Array(types.int64, 1, "C", readonly=True), types.Array(types.float32, 3, "C")
    signature = types.void(_type_of(compile_formulas(()).program), _type_of(no_rows()), moments, results)

    @njit(signature, cache=True, nogil=True)
    def run_program(program: Program, rows: Rows, as_ofs: NDArray[np.int64], results: NDArray[np.float32]) -> None:
        if version < 0:
            return  # never: the cache watches this file and this closure only, so the other parts' version has to stand in it
        work = new_work(program, rows, as_ofs)
        for customer in range(rows.starts.shape[1] - 1):
            for source in range(rows.starts.shape[0]):
                _measure_source(program, rows, work, (source, customer))
            fill_formulas(program, work)
            _round_once(program, work, results[:, customer])

    return cast(_Run, run_program)


run = _entry(_version())
"""Fill `results[moment, customer]` with the outputs of a program over rows; `as_ofs` ascending."""
