"""How do sorted rows become a file of the log: write-once Parquet, of which not one byte can change unnoticed.

A base file holds one bucket of a source; a delta holds what one delivery brought to any of them, a run of row groups a bucket.
The footer carries a SHA-256 of every row group, and the manifest that of the footer: so who reads a few row groups of a file
checks exactly these. (Page checksums alone are not enough: they leave out the header of a page.)
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.parquet as pq

from features.contracts.schemas import TIME, stored_schema
from features.contracts.sources import Kind, Source
from features.home import Home
from features.write_once import replace_file

ROW_GROUP = 20_000  # small enough that one customer's rows cost one or two of them
SEALS = "row_groups"
TAIL = 8  # Parquet ends with the length of the footer and four letters


@dataclass(frozen=True)
class Run:
    """The rows of one bucket in a file, in stored order: the row groups from `first` up to `end`, which is not included."""

    bucket: int
    first: int
    end: int
    rows: int


@dataclass(frozen=True)
class LogFile:
    """One file of the log: its path below `log/`, the SHA-256 of its footer, and which of its rows count still."""

    path: str
    sha256: str
    runs: tuple[Run, ...]

    @property
    def source(self) -> str:
        """Return the name of the source whose rows it holds."""
        return self.path.partition("/")[0]

    @property
    def is_delta(self) -> bool:
        """Say whether it holds what a delivery brought, beside the base of its buckets."""
        return self.path.split("/")[1] == "delta"

    @property
    def rows(self) -> int:
        """Return how many of its rows count."""
        return sum(run.rows for run in self.runs)

    def without(self, buckets: Iterable[int]) -> LogFile:
        """Return the file as it counts once these buckets were written anew."""
        gone = set(buckets)
        return replace(self, runs=tuple(run for run in self.runs if run.bucket not in gone))


def write_base(home: Home, source: Source, *, bucket: int, rows: pa.Table) -> LogFile:
    """Write all rows of a bucket, durably, under a name that holds the hash of its content."""
    return _write(home, source, folder=f"{source.name}/bucket={bucket:02d}", parts=[(bucket, rows)])


def write_delta(home: Home, source: Source, *, parts: Iterable[tuple[int, pa.Table]]) -> LogFile:
    """Write rows of several buckets into one file; each part comes in stored order and is let go before the next."""
    return _write(home, source, folder=f"{source.name}/delta", parts=parts)


def _write(home: Home, source: Source, *, folder: str, parts: Iterable[tuple[int, pa.Table]]) -> LogFile:
    sink, group = io.BytesIO(), 0
    runs: list[Run] = []
    seals: list[tuple[int, str]] = []
    with pq.ParquetWriter(sink, stored_schema(source), **_encoding(source)) as writer:
        for bucket, rows in parts:
            first = group
            for piece in _pieces(rows):
                begin = sink.tell() if group else 0
                writer.write_table(piece, row_group_size=ROW_GROUP)
                seals.append((sink.tell(), hashlib.sha256(sink.getbuffer()[begin:]).hexdigest()))
                group += 1
            runs.append(Run(bucket, first, group, rows.num_rows))
        writer.add_key_value_metadata({SEALS: json.dumps(seals)})
    content = sink.getvalue()
    sha256 = hashlib.sha256(content[seals[-1][0] :]).hexdigest()
    path = f"{folder}/{sha256[:12]}.parquet"
    replace_file(home.log / path, content)
    return LogFile(path, sha256, tuple(runs))


def _pieces(rows: pa.Table) -> Iterator[pa.Table]:
    """Cut into row groups; equal rows give equal bytes, however their chunks lie."""
    rows = rows.combine_chunks()
    for begin in range(0, rows.num_rows, ROW_GROUP):
        yield rows.slice(begin, ROW_GROUP)


def _encoding(source: Source) -> dict[str, object]:
    """Return how columns are written, as measured: texts but the key by dictionary, moments as differences."""
    schema = stored_schema(source)
    moments = [name for name in schema.names if schema.field(name).type == TIME and name != "superseded_at"]
    listed = {column.name: f"{column.name}.list.element" for column in source.columns if column.kind is Kind.TEXTS}
    repeating = [listed.get(name, name) for name in schema.names if name not in (source.key, *moments)]
    return {
        "compression": "zstd",
        "compression_level": 1,
        "write_page_checksum": True,
        "use_dictionary": repeating,
        "column_encoding": dict.fromkeys(moments, "DELTA_BINARY_PACKED"),
    }
