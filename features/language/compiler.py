"""How do declarations become a program: equal expressions share a register, equal conditions a view, equal measures a slot."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence, Sized
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.contracts.sources import SOURCES, Kind
from features.language.arithmetic import Arithmetic, Constant, Formula
from features.language.expressions import (
    BadDeclaration,
    Column,
    Compared,
    Expression,
    Known,
    Later,
    Logic,
    Midnight,
    Not,
    SecondsBetween,
    TextCode,
)
from features.language.formulas import Aggregate, Measure, Rows
from features.language.profile import Contains, Joined, Size
from features.language.program import (
    ALL_ROWS,
    WHOLE_PAST,
    CellLoad,
    ClockLoad,
    ColumnOp,
    Compiled,
    FormulaOp,
    MeasureOp,
    Program,
    RowOp,
    SourceLoad,
    frozen,
)
from features.times import DAY

_COMPARISONS = {"=": RowOp.EQUALS, ">": RowOp.OVER, ">=": RowOp.AT_LEAST}
_UNARY: dict[type[Expression], RowOp] = {Midnight: RowOp.MIDNIGHT, Known: RowOp.KNOWN, Not: RowOp.NOT}
_LOGIC = {"and": RowOp.AND, "or": RowOp.OR}
_ARITHMETIC = {
    "+": FormulaOp.ADD,
    "-": FormulaOp.SUBTRACT,
    "*": FormulaOp.MULTIPLY,
    "/": FormulaOp.DIVIDE,
    "root": FormulaOp.ROOT,
    ">": FormulaOp.OVER,
    "least": FormulaOp.LEAST,
    "greatest": FormulaOp.GREATEST,
    "known": FormulaOp.KNOWN,
}
_MEASURES = {
    Measure.COUNT: (MeasureOp.COUNT, None),
    Measure.SUM: (MeasureOp.SUM, ColumnOp.VALUE),
    Measure.MEAN: (MeasureOp.MEAN, ColumnOp.VALUE),
    Measure.MINIMUM: (MeasureOp.MINIMUM, ColumnOp.VALUE),
    Measure.MAXIMUM: (MeasureOp.MAXIMUM, ColumnOp.VALUE),
    Measure.LAST: (MeasureOp.LAST, ColumnOp.VALUE),
    Measure.LAST_BUT_ONE: (MeasureOp.LAST_BUT_ONE, ColumnOp.VALUE),
    Measure.AGE_OF_LAST: (MeasureOp.AGE_OF_LAST, ColumnOp.VALUE),
    Measure.AGE_OF_FIRST: (MeasureOp.AGE_OF_FIRST, ColumnOp.VALUE),
    Measure.DISTINCT: (MeasureOp.DISTINCT, ColumnOp.PREVIOUS),
    Measure.DAYS: (MeasureOp.DAYS, ColumnOp.DAYS),
    Measure.SQUARED_GAPS: (MeasureOp.SQUARED_GAPS, ColumnOp.SQUARED_GAPS),
    Measure.DECAYED: (MeasureOp.DECAYED, ColumnOp.DECAYED),
    Measure.DECAYED_DAYS: (MeasureOp.DECAYED_DAYS, ColumnOp.DECAYED_DISTINCT),
    Measure.DECAYED_SUM: (MeasureOp.DECAYED, ColumnOp.DECAYED_SUM),
    Measure.WEEKLY_SLOPE: (MeasureOp.WEEKLY_SLOPE, None),
    Measure.WEEKLY_STREAK: (MeasureOp.WEEKLY_STREAK, None),
    Measure.ENTROPY: (MeasureOp.ENTROPY, ColumnOp.VALUE),
}


def compile_formulas(formulas: Sequence[Formula]) -> Compiled:
    """Lower formulas to one program; its outputs are theirs, in order, then `is a customer` and `rows in all sources`."""
    lowering = _Lowering()
    slots = [lowering.slot(formula) for formula in formulas]
    rows: Formula = Rows("customers").count()
    slots.append(lowering.slot(rows))
    for name in sorted(set(lowering.sources) - {"customers"}):
        rows = rows + Rows(name).count()
    slots.append(lowering.slot(rows))
    return Compiled(lowering.program(slots), tuple(source.load() for source in lowering.sources.values()), len(formulas))


class _Numbered:
    """Things in the order of their first mention, each once."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def number(self, thing: Hashable) -> int:
        return self._numbers.setdefault(thing, len(self._numbers))

    def things(self) -> list[Any]:
        return list(self._numbers)


class _Selection:
    """The rows that satisfy one condition: the edges of windows, prepared columns and measures asked of them."""

    def __init__(self) -> None:
        self.edges = _Numbered()
        self.columns = _Numbered()
        self.measures: list[tuple[int, int, int, int, int, float]] = []

    def measure(self, aggregate: Aggregate, register: int, slot: int) -> None:
        op, prepared = _MEASURES[aggregate.measure]
        begin = self.edges.number(WHOLE_PAST if aggregate.days is None else (aggregate.skip + aggregate.days) * DAY)
        end = self.edges.number(aggregate.skip * DAY)
        column = 0 if prepared is None else self.columns.number((prepared, register, aggregate.number))
        self.measures.append((op, begin, end, column, slot, aggregate.number))


class _Source:
    """One source: what is loaded, the registers of its expressions, the selections of its rows."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.cells = _Numbered()
        self.clocks = _Numbered()
        self.vocabularies: dict[str, _Numbered] = {}
        self.registers: dict[Expression, int] = {}
        self.rows: list[tuple[int, int, int, float]] = []
        self.selections: dict[int, _Selection] = {}

    def selection(self, where: Expression | None) -> _Selection:
        return self.selections.setdefault(ALL_ROWS if where is None else self.register(where), _Selection())

    def register(self, expression: Expression) -> int:
        if expression not in self.registers:
            instruction = self._instruction(expression)
            self.registers[expression] = len(self.rows)
            self.rows.append(instruction)
        return self.registers[expression]

    def _instruction(self, expression: Expression) -> tuple[int, int, int, float]:
        match expression:
            case Column():
                return self._column(expression)
            case TextCode(column):
                return self._cell(column, stable=True)
            case Size(column):
                return self._cell(column)
            case Contains(column, text):
                return self._cell(column, text)
            case Joined():
                return RowOp.JOINED, 0, 0, 0.0
            case Later(column, by):
                return RowOp.CLOCK, 0, self.clocks.number((column.name, by)), 0.0
            case Compared(value, operator, constant):
                return _COMPARISONS[operator], self.register(value), 0, self._constant(value, constant)
            case Logic(operator, left, right):
                return _LOGIC[operator], self.register(left), self.register(right), 0.0
            case SecondsBetween(later, earlier):
                return RowOp.SECONDS_BETWEEN, self.register(later), self.register(earlier), 0.0
            case Midnight(value) | Known(value) | Not(value):
                return _UNARY[type(expression)], self.register(value), 0, 0.0
            case _:
                raise BadDeclaration(f"the compiler needed an expression it knows, found {expression}")

    def _column(self, column: Column) -> tuple[int, int, int, float]:
        if column.name == SOURCES[self.name].time:
            return RowOp.TIME, 0, 0, 0.0
        if column.kind is Kind.TIME:
            return RowOp.CLOCK, 0, self._clock(column), 0.0
        self.vocabularies.setdefault(column.name, _Numbered())
        return self._cell(column)

    def _cell(self, column: Column, *listed: str, stable: bool = False) -> tuple[int, int, int, float]:
        return RowOp.CELL, self.cells.number((column.name, stable, listed)), self._clock(column), 0.0

    def _clock(self, column: Column) -> int:
        return -1 if column.known_with is None else self.clocks.number((column.known_with, 0))

    def _constant(self, value: Expression, constant: float | str) -> float:
        """Return the number a constant is compared as: a text of a column's vocabulary by its code."""
        if isinstance(constant, str) and isinstance(value, Column):
            return float(self.vocabularies.setdefault(value.name, _Numbered()).number(constant))
        return float(constant)

    def load(self) -> SourceLoad:
        declared = SOURCES[self.name]
        cells = tuple(
            CellLoad(name, declared.column(name).kind, listed or self._vocabulary(name, stable), stable)
            for name, stable, listed in self.cells.things()
        )
        return SourceLoad(self.name, declared.time, cells, tuple(ClockLoad(*clock) for clock in self.clocks.things()))

    def _vocabulary(self, name: str, stable: bool) -> tuple[str, ...]:
        return () if stable or name not in self.vocabularies else tuple(self.vocabularies[name].things())


class _Lowering:
    """The program as it grows."""

    def __init__(self) -> None:
        self.sources: dict[str, _Source] = {}
        self.slots: dict[Formula, int] = {}
        self.constants: list[float] = []
        self.formulas: list[tuple[int, int, int, int]] = []

    def slot(self, formula: Formula) -> int:
        if formula not in self.slots:
            number = formula.number if isinstance(formula, Constant) else float("nan")
            if isinstance(formula, Arithmetic):
                left, right = self.slot(formula.left), self.slot(formula.right)
                self.formulas.append((_ARITHMETIC[formula.operator], left, right, len(self.constants)))
            self.slots[formula] = len(self.constants)
            self.constants.append(number)
            if isinstance(formula, Aggregate):
                self._measure(formula)
        return self.slots[formula]

    def _measure(self, aggregate: Aggregate) -> None:
        source = self.sources.setdefault(aggregate.source, _Source(aggregate.source))
        register = 0 if aggregate.value is None else source.register(aggregate.value)
        source.selection(aggregate.where).measure(aggregate, register, self.slots[aggregate])

    def _joining(self) -> list[int]:
        return [list(self.sources).index("customers"), self.sources["customers"].clocks.number(("joined_at", 0))]

    def program(self, outputs: list[int]) -> Program:
        sources = list(self.sources.values())
        beside = [any(isinstance(expression, Joined) for expression in source.registers) for source in sources]
        joining = self._joining() if any(beside) else [-1, -1]
        selections = [selection for source in sources for selection in source.selections.values()]
        rows = [row for source in sources for row in source.rows]
        columns = [column for selection in selections for column in selection.columns.things()]
        measures = [measure for selection in selections for measure in selection.measures]
        return Program(
            rows=_table([row[:3] for row in rows], 3),
            row_numbers=_floats([row[3] for row in rows]),
            row_starts=_starts([len(source.rows) for source in sources]),
            cell_starts=_starts([len(source.cells) for source in sources]),
            clock_starts=_starts([len(source.clocks) for source in sources]),
            joining=_table(joining),
            beside_joining=_table(beside),
            selection_starts=_starts([len(source.selections) for source in sources]),
            wheres=_table([where for source in sources for where in source.selections]),
            edges=frozen(np.array([edge for selection in selections for edge in selection.edges.things()], dtype=np.int64)),
            edge_starts=_starts([len(selection.edges) for selection in selections]),
            columns=_table([column[:2] for column in columns], 2),
            column_numbers=_floats([column[2] for column in columns]),
            column_starts=_starts([len(selection.columns) for selection in selections]),
            measures=_table([measure[:5] for measure in measures], 5),
            measure_numbers=_floats([measure[5] for measure in measures]),
            measure_starts=_starts([len(selection.measures) for selection in selections]),
            formulas=_table(self.formulas, 4),
            constants=_floats(self.constants),
            outputs=_table(outputs),
            sizes=_table(
                [
                    _most(source.rows for source in sources),
                    _most(s.columns for s in selections),
                    _most(s.edges for s in selections),
                ]
            ),
        )


def _most(lists: Iterable[Sized]) -> int:
    return max([1, *map(len, lists)])


def _starts(lengths: list[int]) -> NDArray[np.int32]:
    return _table([0, *accumulate(lengths)])


def _table(lines: Sequence[Any], width: int = 1) -> NDArray[np.int32]:
    table = np.array(lines, dtype=np.int32)
    return frozen(table if width == 1 else table.reshape(-1, width))


def _floats(numbers: list[float]) -> NDArray[np.float64]:
    return frozen(np.array(numbers, dtype=np.float64))
