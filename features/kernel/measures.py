"""What is a measure of a view, and a formula of measures: positions in, one number a moment out."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from features.kernel.scratch import Span, Work, compiled
from features.language.program import FormulaOp, MeasureOp, Program
from features.times import DAY, WEEK

_NULL = np.nan


@compiled
def measure(program: Program, work: Work, index: int, span: Span) -> None:
    """Fill one measure's slot for the moments of the span."""
    op, opening, closing, source, slot = program.measures[index]
    number, column = program.measure_numbers[index], work.columns[source]
    for moment in range(span.first, span.stop):
        as_of, begin, end = work.as_ofs[moment], work.edges[opening, moment], work.edges[closing, moment]
        if op == MeasureOp.WEEKLY_SLOPE:
            value = _slope(work.times[begin:end], as_of, number)
        elif op == MeasureOp.WEEKLY_STREAK:
            value = _streak(work.times[begin:end], as_of)
        elif op == MeasureOp.DECAYED or op == MeasureOp.DECAYED_DAYS:
            value = _faded(column[:end], work.times[:end], as_of, (op, number))
        elif op == MeasureOp.ENTROPY:
            value = _entropy(column[begin:end], work.tally)
        else:
            value = _measured(op, column, begin, end)
            if op == MeasureOp.AGE_OF_FIRST or op == MeasureOp.AGE_OF_LAST:
                value = (as_of - value) / DAY
        work.slots[slot, moment] = value


@compiled
def fill_formulas(program: Program, work: Work) -> None:
    """Fill the slots that are computed from slots, in an order in which each finds what it needs."""
    for index in range(program.formulas.shape[0]):
        op, left, right, slot = program.formulas[index]
        for moment in range(work.as_ofs.size):
            work.slots[slot, moment] = _calculated(op, work.slots[left, moment], work.slots[right, moment])


@compiled
def _measured(op: int, column: NDArray[np.float64], begin: int, end: int) -> float:
    """Return the measures that need nothing but a column between two positions."""
    if op == MeasureOp.COUNT:
        return end - begin
    if op == MeasureOp.SUM or op == MeasureOp.MEAN:
        return _summed(column[begin:end], op == MeasureOp.MEAN)
    if op == MeasureOp.MINIMUM:
        return _smallest(column[begin:end], 1.0)
    if op == MeasureOp.MAXIMUM:
        return -_smallest(column[begin:end], -1.0)
    if op == MeasureOp.DISTINCT:
        return _count_new(column[begin:end], begin)
    if op == MeasureOp.DAYS:
        return float(column[end - 1] - column[begin] + 1.0) if end > begin else 0.0
    if op == MeasureOp.SQUARED_GAPS:
        return float(column[end - 1] - column[begin]) if end > begin else _NULL
    if op == MeasureOp.AGE_OF_FIRST:
        return _known(column[begin:end], 0)
    return _known(column[begin:end][::-1], 1 if op == MeasureOp.LAST_BUT_ONE else 0)


@compiled
def _summed(values: NDArray[np.float64], mean: bool) -> float:
    """Add the known values, oldest first; NaN where there are rows and none is known, and for the mean of none."""
    total, known = 0.0, 0
    for value in values:
        if value == value:
            total += value
            known += 1
    if known:
        return total / known if mean else total
    return _NULL if mean or values.size else 0.0


@compiled
def _smallest(values: NDArray[np.float64], sign: float) -> float:
    """Return the smallest known value times `sign`; NaN for none."""
    found = _NULL
    for value in values:
        if not value * sign >= found and value == value:
            found = value * sign
    return found


@compiled
def _known(values: NDArray[np.float64], place: int) -> float:
    """Return the known value that has so many before it."""
    for value in values:
        if value == value:
            if place == 0:
                return float(value)
            place -= 1
    return _NULL


@compiled
def _count_new(previous: NDArray[np.float64], begin: int) -> int:
    count = 0
    for position in previous:
        count += position < begin
    return count


@compiled
def _slope(times: NDArray[np.int64], as_of: int, weeks: float) -> float:
    """Sum the rows' distances from the middle week, which is exact in any order, over the weeks' own squared distances."""
    back = 0
    for time in times:
        back += (as_of - 1 - time) // WEEK
    return (times.size * (weeks - 1.0) / 2.0 - back) / (weeks * (weeks * weeks - 1.0) / 12.0)


@compiled
def _streak(times: NDArray[np.int64], as_of: int) -> int:
    """Count the weeks back from a moment, each with a row, until one without."""
    weeks, begin = 0, as_of
    for time in times[::-1]:
        if time < begin - WEEK:
            break
        if time < begin:
            weeks += 1
            begin -= WEEK
    return weeks


@compiled
def _faded(column: NDArray[np.float64], times: NDArray[np.int64], as_of: int, kind: tuple[int, float]) -> float:
    """Return what is left of a decayed sum at a moment; it stands as of its newest row, that of days as of its midnight."""
    op, half_life = kind
    if column.size == 0:
        return 0.0
    stands = times[-1] - times[-1] % DAY if op == MeasureOp.DECAYED_DAYS else times[-1]
    return float(column[-1] * math.exp2((stands - as_of) / (half_life * DAY)))


@compiled
def _entropy(codes: NDArray[np.float64], tally: NDArray[np.int64]) -> float:
    """Add up p log2(1/p) over the codes, in the order of their first rows (of no dictionary); leave the tally as found."""
    known, total = 0, 0.0
    for code in codes:
        if code == code:
            tally[int(code)] += 1
            known += 1
    for code in codes:
        if code == code and tally[int(code)]:
            total += tally[int(code)] / known * math.log2(known / tally[int(code)])
            tally[int(code)] = 0
    return total if known else _NULL


@compiled
def _calculated(op: int, left: float, right: float) -> float:
    if op == FormulaOp.ADD:
        return left + right
    if op == FormulaOp.SUBTRACT:
        return left - right
    if op == FormulaOp.MULTIPLY:
        return left * right
    if op == FormulaOp.DIVIDE:
        return left / right if right != 0.0 else _NULL
    if op == FormulaOp.KNOWN:
        return 1.0 if left == left else 0.0
    if op == FormulaOp.ROOT:
        return math.sqrt(left) if not left < 0.0 else 0.0
    if left != left or right != right:
        return _NULL
    if op == FormulaOp.OVER:
        return 1.0 if left > right else 0.0
    return min(left, right) if op == FormulaOp.LEAST else max(left, right)
