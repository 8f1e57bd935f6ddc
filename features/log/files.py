"""How does one bucket of one source lie on disk: a write-once Parquet file with page checksums, named by its content.

A flipped bit in a page is refused by the reader; what a page checksum does not cover is caught by the SHA-256 in the manifest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.contracts.schemas import stored_schema
from features.contracts.sources import Source
from features.errors import Damaged, Unavailable
from features.home import Home
from features.write_once import replace_file, sha256_of_file

_ROW_GROUP = 20_000  # small enough that one customer's rows cost one or two of them


class LogDamaged(Damaged):
    """A file of the event log is not what was written."""


class LogMoved(Unavailable):
    """A file of a pinned manifest has been swept since: the reader held on to it for more than one write."""


@dataclass(frozen=True)
class BucketFile:
    """One file of the log: its path below `log/`, the SHA-256 of its bytes, and how many rows it holds."""

    path: str
    sha256: str
    rows: int


def folder_of(source: Source, bucket: int) -> str:
    """Return the folder of a bucket below `log/`.

    >>> from features.contracts.sources import USAGE
    >>> folder_of(USAGE, 3)
    'usage/bucket=03'
    """
    return f"{source.name}/bucket={bucket:02d}"


def folder_in(file: BucketFile) -> str:
    """Return the folder a file lies in, below `log/`."""
    return file.path.rpartition("/")[0]


def write_bucket(home: Home, source: Source, *, bucket: int, rows: pa.Table) -> BucketFile:
    """Write the rows of a bucket, durably, under a name that holds the hash of the bytes."""
    content = parquet_bytes(rows)
    sha256 = hashlib.sha256(content).hexdigest()
    path = f"{folder_of(source, bucket)}/{sha256[:12]}.parquet"
    file = BucketFile(path, sha256, rows.num_rows)
    if not is_whole(home, file):
        replace_file(home.log / path, content)
    return file


def read_bucket(home: Home, source: Source, *, file: BucketFile) -> pa.Table:
    """Read a whole bucket, after comparing its bytes with their hash.

    Raises
    ------
    LogDamaged
        If the file is not what was written.
    LogMoved
        If the file has been swept.
    """
    with _complaining(file.path):
        content = (home.log / file.path).read_bytes()
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise LogDamaged(_damage(file.path, "its hash differs"))
        with pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True) as parquet:
            return parquet.read().cast(stored_schema(source))


def read_customer(home: Home, source: Source, *, file: BucketFile, customer_id: str) -> pa.Table:
    """Read one customer's rows of a bucket: the few pages that may hold them, each compared with its checksum.

    Raises
    ------
    LogDamaged
        If what is read is not what was written.
    LogMoved
        If the file has been swept.
    """
    with _complaining(file.path), pq.ParquetFile(home.log / file.path, page_checksum_verification=True) as parquet:
        rows = parquet.read_row_groups(_groups_with(parquet.metadata, customer_id)).cast(stored_schema(source))
        return rows.filter(pc.equal(rows["customer_id"], customer_id))


def is_whole(home: Home, file: BucketFile) -> bool:
    """Whether the file is there and is, byte for byte, what was written."""
    path = home.log / file.path
    return path.is_file() and sha256_of_file(path) == file.sha256


def parquet_bytes(table: pa.Table) -> bytes:
    """Return the table as Parquet with page checksums; equal tables give equal bytes, however their chunks lie."""
    sink = pa.BufferOutputStream()
    pq.write_table(
        table.combine_chunks(), sink, compression="zstd", compression_level=1, row_group_size=_ROW_GROUP, write_page_checksum=True
    )
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _groups_with(metadata: pq.FileMetaData, customer_id: str) -> list[int]:
    """Row groups that may hold the customer: the file is sorted by customer, so mostly one."""
    found = []
    for group in range(metadata.num_row_groups):
        statistics = metadata.row_group(group).column(0).statistics
        if statistics is None or not statistics.has_min_max or statistics.min <= customer_id <= statistics.max:
            found.append(group)
    return found


@contextmanager
def _complaining(path: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise LogMoved(f"log/{path} is gone: the log was written twice since it was opened; open it again") from error
    except (OSError, pa.ArrowException) as error:
        raise LogDamaged(_damage(path, type(error).__name__)) from error


def _damage(path: str, found: str) -> str:
    return (
        f"log/{path} is not what was written ({found}); `lifecycle log verify` names every damaged file: "
        "restore them from a backup, or remove the log and import the history again"
    )
