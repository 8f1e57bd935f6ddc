"""What does one customer's history come to at each moment: the one place where features are computed.

Each source's rows arrive sorted by (time, storage order). A row is cut into *phases*: runs of moments over which the same of its
values are visible. Conditions are evaluated once a phase. While the selected phases only grow by time passing (the rule), one
*view* of them serves moment after moment, and windows are two pointers that only move forward. Where something else happens
between two moments (a row came late, was corrected, had a value learned) a new view begins. However moments fall into views, a
moment's result is the same to the bit: it never depends on which other moments, customers or later rows were there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
from numba import njit, typeof, types
from numpy.typing import NDArray

from features.engine.measures import fill_formulas, measure
from features.engine.phases import cut_into_phases, fill_registers, mark_breaks, note_joining, pick
from features.engine.scratch import Span, Work, compiled, new_work
from features.engine.views import look, mark_edge, prepare_columns
from features.language.compiler import compile_formulas
from features.language.program import Program, Rows, frozen, no_rows

_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
_Run: TypeAlias = Callable[[Program, Rows, Work, NDArray[np.float32]], None]


_type_of = cast(Callable[[object], types.Type], typeof)


@compiled
def _measure_source(program: Program, rows: Rows, work: Work, place: tuple[int, int]) -> None:
    source, _ = place
    phases = cut_into_phases(program, rows, work, place)
    fill_registers(program, rows, work, (source, phases))
    for selection in range(program.selection_starts[source], program.selection_starts[source + 1]):
        picked = pick(work, program.wheres[selection], phases)
        mark_breaks(work, picked)
        begin = 0
        for end in range(1, work.as_ofs.size + 1):
            if work.breaks[end]:
                size = look(rows, work, picked, end - 1)
                _measure_selection(program, work, selection, Span(begin, end, size))
                begin = end


@compiled
def _measure_selection(program: Program, work: Work, selection: int, span: Span) -> None:
    edges = program.edge_starts[selection]
    for edge in range(edges, program.edge_starts[selection + 1]):
        mark_edge(work, edge - edges, program.edges[edge], span)
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
    rooms = Path(__file__).parents[1]
    digest = hashlib.blake2b(digest_size=7)
    for part in ("engine/kernel", "engine/measures", "engine/phases", "engine/scratch", "engine/views", "language/program"):
        digest.update((rooms / f"{part}.py").read_bytes())
    return int.from_bytes(digest.digest())


def _entry(version: int) -> _Run:
    """Compile the kernel for read-only, C-contiguous arrays, or take it from numba's cache.

    It makes no arrays, so it does without numba's reference counts (`_nrt`), which cost more than all the arithmetic.
    """
    program, rows, nobody = compile_formulas(()).program, no_rows(), np.zeros((1, 0, 2), np.float32)
    work = new_work(program, rows, frozen(np.zeros(1, np.int64)))
    signature = types.void(*map(_type_of, (program, rows, work, nobody)))

    def run_program(program: Program, rows: Rows, work: Work, results: NDArray[np.float32]) -> None:
        if version < 0:
            return  # never: the cache watches this file and this closure only, so the other parts' version has to stand in it
        for customer in range(rows.starts.shape[1] - 1):
            note_joining(program, rows, work, customer)
            for source in range(rows.starts.shape[0]):
                _measure_source(program, rows, work, (source, customer))
            fill_formulas(program, work)
            _round_once(program, work, results[:, customer])

    try:
        return cast(_Run, njit(signature, **_OPTIONS)(run_program))
    except Exception:  # reading a cut or outdated cache raises whatever it meets; a fault of our own comes up again below
        return cast(_Run, njit(signature, **{**_OPTIONS, "cache": False})(run_program))


run = _entry(_version())
"""Fill `results[moment, customer]` with the outputs of a program over rows; the moments stand in `work`, ascending."""
