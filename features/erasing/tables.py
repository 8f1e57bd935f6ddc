"""How do files that people made from the data forget people: result tables, exports and simulated truth below the home.

A table with a column `customer_id` is written again without their rows. Whatever else names one of them is removed as a whole:
nothing here is the only copy, and the command that wrote it writes it again.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.erasing.among import about, mentioning
from features.erasing.cleared import Cleared
from features.home import Home
from features.write_once import replace_file, sync_folder

STORE = "tables"

_ID = "customer_id"
_FOLDERS = ("reports", "truth", "batches")
_AT_THE_TOP = (".csv", ".parquet", ".ndjson", ".html")


def erase_from_tables(home: Home, customers: Collection[str]) -> Cleared:
    """Take these people out of the tables and reports below the home."""
    paths = sorted(_tables(home))
    rows = [_Search(path, frozenset(customers)).cleared() for path in paths]
    return Cleared(STORE, len(paths), sum(map(bool, rows)), sum(rows))


def _tables(home: Home) -> Iterator[Path]:
    yield from (path for path in home.root.glob("[!.]*") if path.suffix in _AT_THE_TOP and path.is_file())
    for name in _FOLDERS:
        yield from (path for path in (home.root / name).rglob("[!.]*") if path.is_file())


@dataclass(frozen=True)
class _Search:
    """One file, and whom to look for."""

    path: Path
    customers: frozenset[str]

    def cleared(self) -> int:
        """Return how many rows left the file, 1 where it was removed as a whole, 0 where nothing was found."""
        if self.path.suffix == ".parquet":
            return self._parquet()
        if not self._is_named():
            return 0
        if self.path.suffix == ".csv":
            return self._csv()
        return self._lines() if self.path.suffix == ".ndjson" else self._removed()

    def _parquet(self) -> int:
        table = pq.read_table(self.path)
        gone = about(table[_ID], self.customers) if _ID in table.column_names else mentioning(table, self.customers)
        if gone.any():
            sink = pa.BufferOutputStream()
            pq.write_table(table.filter(pa.array(~gone)), sink)
            replace_file(self.path, sink.getvalue().to_pybytes())
        return int(gone.sum())

    def _csv(self) -> int:
        rows = list(csv.reader(io.StringIO(self.path.read_text(encoding="utf-8-sig"), newline="")))
        if not rows or _ID not in rows[0]:
            return self._removed()
        place = rows[0].index(_ID)
        kept = [row for row in rows if len(row) <= place or row[place] not in self.customers]
        written = io.StringIO(newline="")
        csv.writer(written, lineterminator="\n").writerows(kept)
        replace_file(self.path, written.getvalue().encode())
        return len(rows) - len(kept) or self._removed()

    def _lines(self) -> int:
        lines = self.path.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if json.loads(line).get(_ID) not in self.customers]
        replace_file(self.path, b"".join(kept))
        return len(lines) - len(kept) or self._removed()

    def _removed(self) -> int:
        self.path.unlink()
        sync_folder(self.path.parent)
        return 1

    def _is_named(self) -> bool:
        """Whether the file names one of them between quotes, tags or commas; in JSON as a text alone, as figures look alike."""
        borders = _QUOTE if "json" in self.path.suffix else _ANY_BORDER
        return _between(self.customers, borders).search(self.path.read_bytes()) is not None


_QUOTE, _ANY_BORDER = rb'"', rb"""^|$|[\s"'<>,;|]"""


def _between(customers: frozenset[str], borders: bytes) -> re.Pattern[bytes]:
    spelled = {spelling for each in customers for spelling in (each.encode(), json.dumps(each)[1:-1].encode())}
    any_of = b"|".join(re.escape(each) for each in sorted(spelled))
    return re.compile(rb"(?:" + borders + rb")(?:" + any_of + rb")(?:" + borders + rb")", re.MULTILINE)
