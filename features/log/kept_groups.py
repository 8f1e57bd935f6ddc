"""How is one customer read when others of the same row group were read before: the group is kept decoded, and only looked up in.

A file of the log is named by its content and never changes, so that what was decoded from it stays true for as long as the log
names the file; of files that it names no longer, because somebody was erased or rows were compacted, nothing is kept.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.contracts.sources import SOURCES
from features.log.files import LogFile
from features.log.reading import read_groups
from features.log.runs import merge_runs
from features.log.store import EventLog

_Key: TypeAlias = tuple[str, int, tuple[str, ...]]


@dataclass(frozen=True)
class Group:
    """The rows of one row group: whose they are, in rising order, and where those of each begin; the last entry is the end."""

    rows: pa.Table
    customers: pa.StringArray
    begins: NDArray[np.int64]

    @classmethod
    def of(cls, rows: pa.Table) -> Group:
        """Take the rows of a run, which are in the order of their customers; nobody's come first and are left out."""
        rows = rows.unify_dictionaries().combine_chunks()
        ids = rows["customer_id"].combine_chunks()
        ids = ids if pa.types.is_dictionary(ids.type) else ids.dictionary_encode()
        nobody = ids.null_count
        codes = ids.indices.slice(nobody).to_numpy()
        changes = np.flatnonzero(np.diff(codes)) + 1
        firsts = np.concatenate([[0], changes]) if len(codes) else changes
        return cls(rows, ids.dictionary.take(pa.array(codes[firsts])), np.append(firsts, len(codes)) + nobody)

    def of_customer(self, customer_id: str) -> pa.Table:
        """Return the rows of one customer, in their order; none of who is not here."""
        place = bisect_left(self.customers, customer_id, key=lambda one: one.as_py())
        is_here = place < len(self.customers) and self.customers[place].as_py() == customer_id
        begin, end = (self.begins[place], self.begins[place + 1]) if is_here else (0, 0)
        return self.rows.slice(begin, end - begin)


class KeptGroups:
    """Row groups that were read lately, up to so many bytes of them. Safe for several threads."""

    def __init__(self, *, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[_Key, Group] = OrderedDict()
        self._log: EventLog | None = None
        self._lock = threading.Lock()

    def customer(self, log: EventLog, source: str, customer_id: str, *, columns: Sequence[str]) -> pa.Table:
        """Return what `log.customer` returns for these columns, which must name the source's time, key and `known_at`.

        Raises
        ------
        LogDamaged, LogMoved
            As `EventLog` does.
        """
        self._forget_what_is_gone(log)
        names = tuple(dict.fromkeys(("customer_id", *columns)))
        groups = [self._group(log, file, group, names) for file, group in log.groups_of(source, customer_id)]
        tables = [group.of_customer(customer_id) for group in groups]
        filled = [table for table in tables if table.num_rows] or tables[:1]
        if not filled:
            return log.customer(source, customer_id, columns=columns)
        return (merge_runs(SOURCES[source], filled) if len(filled) > 1 else filled[0]).select(columns)

    def _group(self, log: EventLog, file: LogFile, group: int, names: tuple[str, ...]) -> Group:
        key = (file.path, group, names)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = Group.of(read_groups(log.footer(file), groups=[group], columns=names))
        with self._lock:
            if log is self._log and key not in self._kept:
                self._kept[key] = found
                self._bytes += found.rows.nbytes
                self._drop(self._oldest())
        return found

    def _forget_what_is_gone(self, log: EventLog) -> None:
        with self._lock:
            if log is not self._log:
                self._log, files = log, log.manifest.files
                self._drop([key for key in self._kept if key[0] not in files])

    def _oldest(self) -> Iterator[_Key]:
        while self._bytes > self._most_bytes:
            yield next(iter(self._kept))

    def _drop(self, keys: Iterator[_Key] | Sequence[_Key]) -> None:
        for key in keys:
            self._bytes -= self._kept.pop(key).rows.nbytes
