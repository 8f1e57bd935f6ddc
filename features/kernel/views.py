"""What do the selected rows look like at a moment: a view of them, windows as positions in it, columns prepared for measuring."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from features.kernel.scratch import Span, Work, compiled
from features.language.program import WHOLE_PAST, ColumnOp, Program, Rows
from features.times import DAY


@compiled
def look(rows: Rows, work: Work, picked: int, moment: int) -> int:
    """Fill the view with the picked phases visible at a moment; return how many."""
    count = 0
    for phase in work.picked[:picked]:
        if work.first[phase] <= moment and moment < work.stop[phase]:
            work.shown[count] = phase
            work.times[count] = rows.times[work.row[phase]]
            count += 1
    return count


@compiled
def mark_edge(work: Work, line: int, distance: int, span: Span) -> None:
    """Find for each moment the first row of the view that is not further before it than `distance`."""
    edge = 0
    for moment in range(span.first, span.stop):
        if distance != WHOLE_PAST:
            begin = work.as_ofs[moment] - distance
            while edge < span.rows and work.times[edge] < begin:
                edge += 1
        work.edges[line, moment] = edge


@compiled
def prepare_columns(program: Program, work: Work, selection: int, span: Span) -> None:
    """Fill the columns a selection's measures read, over the view of a span."""
    base = program.column_starts[selection]
    for index in range(base, program.column_starts[selection + 1]):
        op, register = program.columns[index]
        values = work.registers[register, : span.rows]
        if not span.whole:
            values = work.columns[work.columns.shape[0] - 1, : span.rows]
            _bring_together(work, register, values)
        column, number = work.columns[index - base, : span.rows], program.column_numbers[index]
        if op == ColumnOp.VALUE:
            _copy(values, column)
        elif op == ColumnOp.PREVIOUS:
            _previous(values, column, work)
        elif op == ColumnOp.DAYS or op == ColumnOp.SQUARED_GAPS:
            _counted_days(values, column, op == ColumnOp.SQUARED_GAPS)
        elif op == ColumnOp.DECAYED_SUM:
            _decayed_sum(values, column, number, work)
        else:
            _decayed(values, column, number, op == ColumnOp.DECAYED_DISTINCT)


@compiled
def _bring_together(work: Work, register: int, values: NDArray[np.float64]) -> None:
    """Fill in a register's values for the rows of a view."""
    for row in range(values.size):
        values[row] = work.registers[register, work.shown[row]]


@compiled
def _copy(values: NDArray[np.float64], column: NDArray[np.float64]) -> None:
    for row in range(values.size):
        column[row] = values[row]


@compiled
def _decayed(values: NDArray[np.float64], column: NDArray[np.float64], half_life: float, distinct: bool) -> None:
    """Run the sum of weights as of each row: what was there fades by the time passed, the row adds 1."""
    weight = 0.0
    for row in range(values.size):
        passed = values[row] - values[row - 1] if row else 0.0
        if passed > 0.0:
            weight *= math.exp2(-passed / (half_life * DAY))
        if passed > 0.0 or row == 0 or not distinct:
            weight += 1.0
        column[row] = weight


@compiled
def _decayed_sum(values: NDArray[np.float64], column: NDArray[np.float64], half_life: float, work: Work) -> None:
    """Run the weighted sum of the known values as of each row; NULL until the first of them."""
    total = math.nan
    for row in range(values.size):
        passed = work.times[row] - work.times[row - 1] if row else 0
        if passed > 0:
            total *= math.exp2(-passed / (half_life * DAY))
        if values[row] == values[row]:
            total = total + values[row] if total == total else values[row]
        column[row] = total


@compiled
def _counted_days(values: NDArray[np.float64], column: NDArray[np.float64], squared: bool) -> None:
    """Run the number of distinct days, or the sum of the squared gaps between them in days."""
    total = 0.0 if squared else 1.0
    for row in range(values.size):
        gap = (values[row] - values[row - 1]) / DAY if row else 0.0
        total += gap * gap if squared else (1.0 if gap > 0.0 else 0.0)
        column[row] = total


@compiled
def _previous(values: NDArray[np.float64], column: NDArray[np.float64], work: Work) -> None:
    """Note for each row where its value last stood before: -1 if nowhere; a NULL is never new."""
    base = work.seen[0]
    for row in range(values.size):
        if values[row] != values[row]:
            column[row] = math.inf
            continue
        code = int(values[row])
        column[row] = max(work.last_seen[code] - base, -1)
        work.last_seen[code] = base + row
    work.seen[0] = base + values.size
