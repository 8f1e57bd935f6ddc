"""How do results stand on disk and go out: one Parquet file a batch, written once; CSV and NDJSON are read from it."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeAlias

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from features.home import Home
from features.write_once import canonical_json, replace_file
from serving.answering.flat import FLAT_COLUMNS, FlatCustomer, FlatKind
from serving.database.batches import Result
from serving.door.media import NDJSON

Format: TypeAlias = Literal["csv", "ndjson", "parquet"]
MEDIA: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "ndjson": NDJSON,
    "parquet": "application/vnd.apache.parquet",
}

_ROWS, _RESULT = "results.parquet", "result.json"
_ARROW: dict[FlatKind, pa.DataType] = {"text": pa.string(), "number": pa.float64(), "whole": pa.int64(), "flag": pa.bool_()}
_SCHEMA = pa.schema([pa.field(column.name, _ARROW[column.kind]) for column in FLAT_COLUMNS])
_AT_ONCE = 2_000


class ResultsFile:
    """Results while they are written, into a folder that nobody opens yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer = pq.ParquetWriter(folder / _ROWS, _SCHEMA)
        self.rows, self.failed = 0, 0

    def add(self, rows: Sequence[FlatCustomer]) -> None:
        """Add rows."""
        self._writer.write_table(_table(rows))
        self.rows += len(rows)
        self.failed += sum(row.error is not None for row in rows)

    def close(self, versions: str) -> Result:
        """End the file, and say beside it what it came to."""
        self._writer.close()
        result = Result(self.rows, self.failed, versions)
        (self._folder / _RESULT).write_bytes(canonical_json(vars(result)))
        return result

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._writer.close()


def results_folder(home: Home, batch_id: str) -> Path:
    """Return where the results of a batch stand."""
    return home.batches / batch_id


def standing_result(home: Home, batch_id: str) -> Result | None:
    """Return what a batch came to whose results stand; None where none do."""
    path = results_folder(home, batch_id) / _RESULT
    return msgspec.json.decode(path.read_bytes(), type=Result) if path.exists() else None


def drop_results(home: Home, batch_id: str) -> None:
    """Remove the results of a batch, if any stand."""
    shutil.rmtree(results_folder(home, batch_id), ignore_errors=True)


def results_as(home: Home, batch_id: str, form: Format) -> Iterator[bytes]:
    """Give the results in one of the forms, some kilobytes at a time; the file is opened before this returns.

    Raises
    ------
    FileNotFoundError
        If the results were dropped meanwhile.
    """
    path = results_folder(home, batch_id) / _ROWS
    if form == "parquet":
        return _bytes_of(path.open("rb"))
    return (_csv if form == "csv" else _ndjson)(pq.ParquetFile(path))


def without_customer(home: Home, batch_id: str, customer_id: str) -> int:
    """Write the results anew without one customer; return how many rows went."""
    folder = results_folder(home, batch_id)
    if not (folder / _ROWS).exists():
        return 0
    rows = pq.read_table(folder / _ROWS)
    keep = [each != customer_id for each in rows["customer_id"].to_pylist()]
    if all(keep):
        return 0
    kept, content = rows.filter(pa.array(keep)), io.BytesIO()
    pq.write_table(kept, content)
    replace_file(folder / _ROWS, content.getvalue())
    return int(rows.num_rows - kept.num_rows)


def _table(rows: Sequence[FlatCustomer]) -> pa.Table:
    return pa.table({field.name: pa.array([getattr(row, field.name) for row in rows], field.type) for field in _SCHEMA})


def _bytes_of(file: io.BufferedReader) -> Iterator[bytes]:
    with file:
        while content := file.read(1 << 16):
            yield content


def _ndjson(file: pq.ParquetFile) -> Iterator[bytes]:
    encode = msgspec.json.Encoder().encode
    for rows in _read(file):
        yield b"".join(encode({name: value for name, value in row.items() if value is not None}) + b"\n" for row in rows)


def _csv(file: pq.ParquetFile) -> Iterator[bytes]:
    yield _lines([_SCHEMA.names])
    for rows in _read(file):
        yield _lines([_cell(value) for value in row.values()] for row in rows)


def _read(file: pq.ParquetFile) -> Iterator[list[dict[str, Any]]]:
    with file:
        for batch in file.iter_batches(_AT_ONCE):
            yield batch.to_pylist()


def _lines(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value
