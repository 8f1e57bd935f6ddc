"""How are row groups of a log file read: only what was asked for, and only after its bytes have been compared with their hash."""

from __future__ import annotations

import hashlib
import json
import os
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.contracts.schemas import stored_schema
from features.contracts.sources import SOURCES, Source
from features.errors import Damaged, Unavailable
from features.home import Home
from features.log.files import SEALS, TAIL, LogFile, Run


class LogDamaged(Damaged):
    """A file of the event log is not what was written."""


class LogMoved(Unavailable):
    """A file of a pinned version is gone: it was read for longer than old files are kept, or somebody was erased meanwhile."""


@dataclass(frozen=True)
class Footer:
    """What a file says of itself, vouched for by the manifest: where each row group ends, and its SHA-256."""

    file: LogFile
    path: Path
    metadata: pq.FileMetaData
    ends: tuple[int, ...]
    seals: tuple[str, ...]

    def bounds(self, group: int) -> tuple[int, int]:
        """Return where the bytes of a row group begin and end."""
        return (self.ends[group - 1] if group else 0, self.ends[group])


def read_footer(home: Home, file: LogFile) -> Footer:
    """Read and check the footer of a file.

    Raises
    ------
    LogDamaged
        If it is not what was written; nothing of it was parsed.
    LogMoved
        If the file has been swept.
    """
    path = home.log / file.path
    with _complaining(file.path):
        with path.open("rb") as handle:
            size = os.fstat(handle.fileno()).st_size
            tail = os.pread(handle.fileno(), TAIL, max(size - TAIL, 0))
            length = min(int.from_bytes(tail[:4], "little") + TAIL, size)
            content = os.pread(handle.fileno(), length, size - length)
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise LogDamaged(_damage(file.path, "the hash of its footer differs"))
        metadata = pq.read_metadata(pa.BufferReader(content))
        seals = json.loads(metadata.metadata[SEALS.encode()])
    return Footer(file, path, metadata, tuple(end for end, _ in seals), tuple(seal for _, seal in seals))


def read_groups(footer: Footer, *, groups: Sequence[int], columns: Sequence[str]) -> pa.Table:
    """Read these columns of row groups, texts but the key by dictionary; no other column is decoded.

    Raises
    ------
    LogDamaged
        If what is read is not what was written; nothing of it was parsed.
    LogMoved
        If the file has been swept.
    """
    coded = _coded(SOURCES[footer.file.source])
    with _complaining(footer.file.path):
        image = pa.py_buffer(_image(footer, groups))
        options = {"metadata": footer.metadata, "read_dictionary": coded, "page_checksum_verification": True}
        with pq.ParquetFile(pa.BufferReader(image), **options) as parquet:
            return parquet.read_row_groups(groups, columns=columns, use_threads=False).select(columns)


def groups_with(footer: Footer, run: Run, customers: Sequence[str], *, nobody: bool = False) -> list[int]:
    """Return the row groups of a run that may hold any of these customers, given in order, or rows of nobody: mostly one each."""
    found = []
    for group in range(run.first, run.end):
        statistics = footer.metadata.row_group(group).column(0).statistics
        has_named = statistics.has_min_max and _overlaps(customers, statistics.min, statistics.max)
        if has_named or (nobody and statistics.null_count):
            found.append(group)
    return found


def is_whole(home: Home, file: LogFile) -> bool:
    """Whether the file is there and is, byte for byte, what was written."""
    try:
        footer = read_footer(home, file)
        for group in range(len(footer.ends)):
            _image(footer, [group])
    except (LogDamaged, LogMoved, OSError):
        return False
    return True


def _image(footer: Footer, groups: Sequence[int]) -> NDArray[np.uint8]:
    """Return the file as it lies in memory with only these row groups filled in, each compared with its hash.

    The rest was never read and, being never touched, takes no memory.
    """
    image = np.empty(footer.ends[-1], np.uint8)
    with footer.path.open("rb") as handle:
        for group in groups:
            begin, end = footer.bounds(group)
            part = image[begin:end].data
            read = os.preadv(handle.fileno(), [part], begin)
            if read != end - begin or hashlib.sha256(part).hexdigest() != footer.seals[group]:
                raise LogDamaged(_damage(footer.file.path, f"the hash of row group {group} differs"))
    return image


def _coded(source: Source) -> list[str]:
    schema = stored_schema(source)
    return [name for name in schema.names if schema.field(name).type == pa.string() and name != source.key]


def _overlaps(customers: Sequence[str], low: str, high: str) -> bool:
    return bisect_left(customers, low) < bisect_right(customers, high)


@contextmanager
def _complaining(path: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise LogMoved(f"log/{path} is gone: the log was written anew long ago, or to erase somebody; open it again") from error
    except (OSError, pa.ArrowException) as error:
        raise LogDamaged(_damage(path, type(error).__name__)) from error


def _damage(path: str, found: str) -> str:
    return (
        f"log/{path} is not what was written ({found}); `lifecycle log verify` names every damaged file: "
        "restore them from a backup, or remove the log and import the history again"
    )
