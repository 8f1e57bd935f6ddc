"""What does the log say: one pinned version of it, read by bucket or by customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.contracts.schemas import stored_schema
from features.contracts.sources import SOURCES
from features.home import Home
from features.log.buckets import bucket_of
from features.log.files import LogFile, Run
from features.log.manifest import LogManifest, log_missing, read_manifest
from features.log.reading import Footer, groups_with, is_whole, read_footer, read_groups
from features.log.runs import merge_runs
from features.times import Timestamp


@dataclass(frozen=True)
class EventLog:
    """One version of the event log; writers do not disturb it for a quarter of an hour after they have written another."""

    home: Home
    manifest: LogManifest

    @classmethod
    def open(cls, home: Home) -> EventLog:
        """Pin the newest version of the log.

        Raises
        ------
        LogMissing
            If nothing was ever written.
        """
        manifest = read_manifest(home)
        if manifest is None:
            raise log_missing(home)
        return cls(home, manifest)

    @property
    def digest(self) -> str:
        """Hash over what the log says: equal logs have equal digests, however their rows were delivered."""
        return self.manifest.digest

    def holds_before(self, digest: str) -> Timestamp | None:
        """Return up to which `as_of` (included) whatever was computed from the log of that digest is still true.

        None if the digest is not, or no longer, known as one of this log.
        """
        return self.manifest.holds_before(digest)

    def bucket_of(self, customer_id: str | None) -> int:
        """Return the bucket a customer lives in."""
        return bucket_of(customer_id, self.manifest.buckets)

    def bucket(self, source: str, bucket: int, columns: Sequence[str] | None = None) -> pa.Table:
        """Every version of every row of one bucket, sorted by (customer_id, event time, key, known_at); none gives no rows.

        With `columns` only these are decoded, and texts but the key come dictionary-encoded.
        """
        declared, runs = SOURCES[source], self._runs.get((source, bucket), [])
        wanted = list(columns or stored_schema(declared).names)
        names = _unique(*wanted, *(("customer_id", declared.time) if len(runs) > 1 else ()))
        tables = [self._read(file, range(run.first, run.end), columns=names) for file, run in runs]
        merged = merge_runs(declared, tables or [_none(source, names)], keys=lambda: self._keys(source, bucket))
        return merged.select(wanted) if columns else _plain(source, merged)

    def customer(self, source: str, customer_id: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Every version of every row of one customer, in the order of `bucket`; an unknown customer has no rows."""
        declared, bucket = SOURCES[source], self.bucket_of(customer_id)
        order = (declared.time, declared.key, "known_at") if len(self._runs.get((source, bucket), [])) > 1 else ()
        names = _unique(*(columns or stored_schema(declared).names), "customer_id", *order)
        tables = self._owned(source, bucket, [customer_id], columns=names)
        merged = merge_runs(declared, tables or [_none(source, names)])
        return merged.select(columns) if columns else _plain(source, merged)

    def groups_of(self, source: str, customer_id: str) -> list[tuple[LogFile, int]]:
        """Return the row groups that may hold rows of a customer, those of the longest run first."""
        runs = self._runs.get((source, self.bucket_of(customer_id)), [])
        return [(file, group) for file, run in runs for group in groups_with(self.footer(file), run, [customer_id])]

    def of_customers(self, source: str, bucket: int, customers: Sequence[str | None]) -> pa.Table:
        """Return the rows of these customers of one bucket, in any order; only row groups that may hold them are read."""
        return self._unordered(source, bucket, customers, columns=stored_schema(SOURCES[source]).names)

    def ids_of_customers(self, source: str, bucket: int, customers: Sequence[str | None]) -> pa.Table:
        """Return `customer_id` and key alone of the rows of these customers of one bucket, in any order."""
        return self._unordered(source, bucket, customers, columns=_unique("customer_id", SOURCES[source].key))

    def _unordered(self, source: str, bucket: int, customers: Sequence[str | None], *, columns: Sequence[str]) -> pa.Table:
        tables = self._owned(source, bucket, customers, columns=columns)
        return pa.concat_tables([_plain(source, rows) for rows in (*tables, _none(source, columns))])

    def _owned(self, source: str, bucket: int, customers: Sequence[str | None], *, columns: Sequence[str]) -> list[pa.Table]:
        named = sorted({customer for customer in customers if customer is not None})
        tables = []
        for file, run in self._runs.get((source, bucket), []):
            footer = self.footer(file)
            if groups := groups_with(footer, run, named, nobody=None in customers):
                rows = read_groups(footer, groups=groups, columns=columns)
                tables.append(_owned_by(customers, rows))
        return tables

    def _keys(self, source: str, bucket: int) -> pa.Table:
        names = [SOURCES[source].key, "known_at"]
        runs = self._runs[(source, bucket)]
        return pa.concat_tables([self._read(file, range(run.first, run.end), columns=names) for file, run in runs])

    def _read(self, file: LogFile, groups: Sequence[int], *, columns: Sequence[str]) -> pa.Table:
        return read_groups(self.footer(file), groups=groups, columns=columns)

    def footer(self, file: LogFile) -> Footer:
        """Read a footer once: every bucket asks for those of deltas, and every customer for the others."""
        if file.path not in self._footers:
            self._footers[file.path] = read_footer(self.home, file)
        return self._footers[file.path]

    @cached_property
    def _runs(self) -> dict[tuple[str, int], list[tuple[LogFile, Run]]]:
        """Where the rows of each source and bucket lie, the longest run first."""
        found: dict[tuple[str, int], list[tuple[LogFile, Run]]] = {}
        for file in self.manifest.log_files:
            for run in file.runs:
                found.setdefault((file.source, run.bucket), []).append((file, run))
        return {place: sorted(runs, key=lambda one: -one[1].rows) for place, runs in found.items()}

    @cached_property
    def _footers(self) -> dict[str, Footer]:
        return {}


def verify_log(home: Home) -> list[str]:
    """Return the files of the log (paths below `log/`) that are missing or are not what was written; none is well.

    Raises
    ------
    LogMissing
        If nothing was ever written.
    LogDamaged
        If the manifest itself is not what was written.
    """
    suspects = [file.path for file in EventLog.open(home).manifest.log_files if not is_whole(home, file)]
    named_still = EventLog.open(home).manifest.files  # a writer may have swept one meanwhile, which is no damage
    return [path for path in suspects if path in named_still]


def _owned_by(customers: Sequence[str | None], rows: pa.Table) -> pa.Table:
    rows = rows.unify_dictionaries().combine_chunks()
    ids = rows["customer_id"].combine_chunks()
    ids = ids if pa.types.is_dictionary(ids.type) else ids.dictionary_encode()
    is_asked = np.append(pc.is_in(ids.dictionary, value_set=pa.array(customers, pa.string())).to_numpy(False), None in customers)
    return rows.filter(pa.array(is_asked[pc.fill_null(ids.indices, len(ids.dictionary)).to_numpy()]))


def _none(source: str, columns: Sequence[str]) -> pa.Table:
    return pa.Table.from_batches([], stored_schema(SOURCES[source])).select(columns)


def _unique(*names: str) -> list[str]:
    return list(dict.fromkeys(names))


def _plain(source: str, rows: pa.Table) -> pa.Table:
    """Give stored columns their stored types: texts as texts."""
    schema = stored_schema(SOURCES[source])
    return rows.cast(pa.schema([schema.field(name) for name in rows.column_names]))
