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
from typing import TypeAlias, cast

import numpy as np
from numba import typeof, types
from numba.core.typing.templates import Signature
from numpy.typing import NDArray

from features.kernel.cache import kept
from features.kernel.measures import fill_formulas, measure
from features.kernel.phases import cut_into_phases, fill_registers, mark_breaks, note_joining, pick
from features.kernel.scratch import Span, Work, compiled, new_work
from features.kernel.views import look, mark_edge, prepare_columns
from features.language import program as program_form
from features.language.compiler import compile_formulas
from features.language.program import Program, Rows, frozen, no_rows

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
                _measure_selection(program, work, selection, Span(begin, end, size, size == phases))
                begin = end


@compiled
def _measure_selection(program: Program, work: Work, selection: int, span: Span) -> None:
    edges = program.edge_starts[selection]
    for edge in range(edges, program.edge_starts[selection + 1]):
        mark_edge(work, edge - edges, program.edges[edge], span)
    prepare_columns(program, work, selection, span)
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


def _run_program(program: Program, rows: Rows, work: Work, results: NDArray[np.float32]) -> None:
    for customer in range(rows.starts.shape[1] - 1):
        note_joining(program, rows, work, customer)
        for source in range(rows.starts.shape[0]):
            _measure_source(program, rows, work, (source, customer))
        fill_formulas(program, work)
        _round_once(program, work, results[:, customer])


def _version() -> str:
    """Return a text that changes with any part of the kernel: numba's cache itself watches this file only."""
    parts = [*sorted(Path(__file__).parent.glob("*.py")), Path(program_form.__file__)]
    return hashlib.blake2b(b"".join(part.read_bytes() for part in parts), digest_size=7).hexdigest()


def _signature() -> Signature:
    """Return the types of read-only, C-contiguous arrays, the only ones the kernel takes."""
    program, rows, nobody = compile_formulas(()).program, no_rows(), np.zeros((1, 0, 2), np.float32)
    work = new_work(program, rows, frozen(np.zeros(1, np.int64)))
    return types.void(*map(_type_of, (program, rows, work, nobody)))


run: _Run = kept(_run_program, _signature(), version=_version())
"""Fill `results[moment, customer]` with the outputs of a program over rows; the moments stand in `work`, ascending."""
