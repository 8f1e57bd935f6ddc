"""What of a customer's rows was visible when: each row cut into phases, and the registers of its expressions filled for each."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from features.kernel.scratch import Work, compiled
from features.language.program import ALL_ROWS, NEVER, Program, RowOp, Rows
from features.times import DAY, SECOND

_NULL = np.nan


@compiled
def note_joining(program: Program, rows: Rows, work: Work, customer: int) -> None:
    """Note when a customer joined, as known at each moment: the time of the one version visible then, once it has passed."""
    work.joined[:] = NEVER
    source, clock = program.joining
    if source >= 0:
        moments = rows.clock_starts[program.clock_starts[source] + clock]
        for row in range(rows.starts[source, customer], rows.starts[source, customer + 1]):
            joined = rows.clocks[moments + row]
            first = _first_after(work.as_ofs, max(joined, rows.times[row], rows.known[row]), 0)
            for moment in range(first, _first_after(work.as_ofs, rows.superseded[row], 0)):
                work.joined[moment] = joined
    until = work.as_ofs.size
    for moment in range(work.as_ofs.size - 1, -1, -1):
        if moment + 1 < work.as_ofs.size and work.joined[moment] != work.joined[moment + 1]:
            until = moment + 1
        work.joined_until[moment] = until


@compiled
def cut_into_phases(program: Program, rows: Rows, work: Work, place: tuple[int, int]) -> int:
    """Fill the phases of one customer's rows of one source, oldest first; return how many."""
    source, customer = place
    clocks = rows.clock_starts[program.clock_starts[source] : program.clock_starts[source + 1]]
    count = past = 0
    for row in range(rows.starts[source, customer], rows.starts[source, customer + 1]):
        past = _first_after(work.as_ofs, rows.times[row], past)
        if past == work.as_ofs.size:
            break
        first = _first_after(work.as_ofs, rows.known[row], past)
        last = _first_after(work.as_ofs, rows.superseded[row], past)
        while first < last:
            stop = min(last, work.joined_until[first]) if program.beside_joining[source] else last
            for clock in clocks:
                change = _first_after(work.as_ofs, rows.clocks[clock + row], past)
                if first < change < stop:
                    stop = change
            work.row[count] = row
            work.first[count] = first
            work.stop[count] = stop
            work.past[count] = past
            count += 1
            first = stop
    return count


@compiled
def fill_registers(program: Program, rows: Rows, work: Work, place: tuple[int, int]) -> None:
    """Evaluate every expression over one source, for each of so many phases; `place` is (source, phases)."""
    source, phases = place
    base = program.row_starts[source]
    for index in range(base, program.row_starts[source + 1]):
        op, left, right = program.rows[index]
        if op <= RowOp.JOINED:
            _load(program, rows, work, (source, phases, index, index - base))
            continue
        number = program.row_numbers[index]
        register, lefts, rights = work.registers[index - base], work.registers[left], work.registers[right]
        for phase in range(phases):
            register[phase] = _combined(op, lefts[phase], rights[phase], number)


@compiled
def pick(work: Work, where: int, phases: int) -> int:
    """Keep the phases for which the condition is true; return how many."""
    count = 0
    for phase in range(phases):
        if where == ALL_ROWS or work.registers[where, phase] == 1.0:
            work.picked[count] = phase
            count += 1
    return count


@compiled
def mark_breaks(work: Work, picked: int) -> None:
    """Mark the moments at which the picked phases change otherwise than by time passing: one came late, or one was over.

    Between two breaks, what is visible at a moment is what is visible at the last moment and had happened by then.
    """
    work.breaks[:] = False
    for phase in work.picked[:picked]:
        if work.first[phase] > work.past[phase]:
            work.breaks[work.first[phase]] = True
        work.breaks[work.stop[phase]] = True
    work.breaks[work.as_ofs.size] = True


@compiled
def _first_after(as_ofs: NDArray[np.int64], moment: int, start: int) -> int:
    if moment == NEVER:
        return as_ofs.size
    while start < as_ofs.size and as_ofs[start] <= moment:
        start += 1
    return start


@compiled
def _load(program: Program, rows: Rows, work: Work, place: tuple[int, int, int, int]) -> None:
    """Fill a register from stored values: NULL in the phases before its clock has passed."""
    source, phases, index, target = place
    op, cell, clock = program.rows[index]
    register = work.registers[target]
    clocks = program.clock_starts[source]
    for phase in range(phases):
        row = work.row[phase]
        if op == RowOp.JOINED:
            joined = work.joined[work.first[phase]]
            register[phase] = joined if joined != NEVER else _NULL
            continue
        if op != RowOp.TIME and clock >= 0:
            moment = rows.clocks[rows.clock_starts[clocks + clock] + row]
            if moment >= work.as_ofs[work.first[phase]]:
                register[phase] = _NULL
                continue
            register[phase] = moment
        if op == RowOp.TIME:
            register[phase] = rows.times[row]
        elif op == RowOp.CELL:
            register[phase] = rows.cells[rows.cell_starts[program.cell_starts[source] + cell] + row]


@compiled
def _combined(op: int, left: float, right: float, number: float) -> float:
    """Return a register's value from other registers' values, by SQL's three-valued logic."""
    if op == RowOp.KNOWN:
        return 1.0 if left == left else 0.0
    if op == RowOp.AND:
        return 0.0 if left == 0.0 or right == 0.0 else left * right
    if op == RowOp.OR:
        return 1.0 if left == 1.0 or right == 1.0 else left + right
    if op == RowOp.SECONDS_BETWEEN:
        return (left - right) / SECOND
    if left != left:
        return _NULL
    if op == RowOp.NOT:
        return 1.0 - left
    if op == RowOp.MIDNIGHT:
        return math.floor(left / DAY) * DAY
    if op == RowOp.EQUALS:
        return 1.0 if left == number else 0.0
    if op == RowOp.OVER:
        return 1.0 if left > number else 0.0
    return 1.0 if left >= number else 0.0
