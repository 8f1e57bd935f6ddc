"""How would rows in SQLite feed the kernel: a table a source, clustered by customer, of the 64-bit values the kernel reads.

For this benchmark only: it shows what a store of rows keyed by customer would cost beside the log's files.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.engine.history import History
from features.language.program import Compiled, Rows, SourceLoad, frozen

_SOMEBODY = pa.array(np.array(["?"]))
_MOMENTS = 3  # of the event, of its becoming known, of its being superseded

Lines = NDArray[np.int64]
"""The rows of one source, a line each: its moments, its clocks, and the bits of its cells."""


@dataclass(frozen=True)
class _Table:
    """Where one source's rows stand."""

    load: SourceLoad

    @property
    def width(self) -> int:
        return _MOMENTS + len(self.load.clocks) + len(self.load.cells)

    @property
    def create(self) -> str:
        values = ", ".join(f"v{place} INTEGER NOT NULL" for place in range(self.width))
        key = "PRIMARY KEY (customer, place)"
        return f"CREATE TABLE {self.load.source} (customer TEXT, place INTEGER, {values}, {key}) WITHOUT ROWID"

    @property
    def insert(self) -> str:
        return f"INSERT INTO {self.load.source} VALUES ({', '.join('?' * (self.width + 2))})"  # noqa: S608  a declared name

    @property
    def select(self) -> str:
        values = ", ".join(f"v{place}" for place in range(self.width))
        return f"SELECT {values} FROM {self.load.source} WHERE customer = ? ORDER BY place"  # noqa: S608  a declared name


class SqliteRows:
    """Rows of many customers, each customer's fetched by itself."""

    def __init__(self, file: Path, compiled: Compiled) -> None:
        self._database = sqlite3.connect(file)
        self._tables = [_Table(load) for load in compiled.loads]
        self._selects = [table.select for table in self._tables]
        self._codes = 1
        for table in self._tables:
            self._database.execute(table.create)

    def store(self, histories: Mapping[str, History]) -> None:
        """Store the rows of these customers, each alone in a history."""
        with self._database:
            for customer_id, history in histories.items():
                self._codes = max(self._codes, int(history.rows.codes[0]))
                for table, lines in zip(self._tables, _taken_apart(history.rows, self._tables), strict=True):
                    self._database.executemany(
                        table.insert, ((customer_id, place, *line) for place, line in enumerate(lines.tolist()))
                    )

    def history(self, customer_id: str) -> History:
        """Fetch one customer's rows, and lay them out as the kernel reads them."""
        fetched = (self._database.execute(select, (customer_id,)).fetchall() for select in self._selects)
        lines = [np.array(rows, np.int64).reshape(-1, table.width) for rows, table in zip(fetched, self._tables, strict=True)]
        return History(_SOMEBODY, _put_together(lines, self._tables, codes=self._codes))


def _taken_apart(rows: Rows, tables: Sequence[_Table]) -> list[Lines]:
    found, clock, cell = [], 0, 0
    for (first, stop), table in zip(rows.starts.tolist(), tables, strict=True):
        clocks, cells = len(table.load.clocks), len(table.load.cells)
        columns = [rows.times[first:stop], rows.known[first:stop], rows.superseded[first:stop]]
        columns += [rows.clocks[start + first : start + stop] for start in rows.clock_starts[clock : clock + clocks]]
        columns += [rows.cells[start + first : start + stop].view(np.int64) for start in rows.cell_starts[cell : cell + cells]]
        found.append(np.stack(columns, axis=1))
        clock, cell = clock + clocks, cell + cells
    return found


def _put_together(lines: Sequence[Lines], tables: Sequence[_Table], *, codes: int) -> Rows:
    sizes = [len(rows) for rows in lines]
    stops = np.cumsum(np.array(sizes))
    firsts = stops - sizes
    clocks = [rows[:, _MOMENTS : _MOMENTS + len(table.load.clocks)] for rows, table in zip(lines, tables, strict=True)]
    cells = [rows[:, _MOMENTS + len(table.load.clocks) :] for rows, table in zip(lines, tables, strict=True)]
    moments = np.concatenate([rows[:, :_MOMENTS] for rows in lines]).T.copy()
    return Rows(
        starts=frozen(np.stack([firsts, stops], axis=1)),
        times=frozen(moments[0]),
        known=frozen(moments[1]),
        superseded=frozen(moments[2]),
        cells=frozen(_by_column(cells).view(np.float64)),
        cell_starts=_column_starts(firsts, cells),
        clocks=frozen(_by_column(clocks)),
        clock_starts=_column_starts(firsts, clocks),
        codes=frozen(np.array([codes])),
    )


def _by_column(parts: Sequence[Lines]) -> Lines:
    return np.concatenate([part.T.reshape(-1) for part in parts])


def _column_starts(firsts: NDArray[np.int64], parts: Sequence[Lines]) -> NDArray[np.int64]:
    """Return where each column would hold row 0, if rows counted from the first source on."""
    starts, end = [], 0
    for first, part in zip(firsts.tolist(), parts, strict=True):
        size, width = part.shape
        starts += [end + column * size - first for column in range(width)]
        end += size * width
    return frozen(np.array(starts, np.int64))
