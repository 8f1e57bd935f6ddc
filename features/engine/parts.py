"""How do buckets become snapshots: each leaves a sorted part on disk, and the parts are merged into one matrix a moment.

A part may be written by any thread, process or machine, in any order, and again. Who is a customer when need not be known before:
the merge reads it from the parts. Its memory holds everybody's ids and a few megabytes of rows, whatever the size of the log.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.engine.arrow import arrow_of, numpy_of
from features.engine.bucket import BucketFeatures
from features.home import Home
from features.log.store import EventLog
from features.snapshot import Provenance, Snapshot, draft_snapshot, find_snapshot, publish_draft
from features.times import Timestamp
from features.write_once import new_folder

LeaveParts: TypeAlias = Callable[[EventLog, Sequence[Timestamp], Path], None]
"""How a runner computes every bucket of a log at some moments, and leaves the part of each in a folder."""

_CHUNK = 8_000_000
_ROWS = ".rows"
_ONLY_EVENTS = b"only_events"


def write_part(folder: Path, bucket: int, features: BucketFeatures) -> None:
    """Leave the features of a bucket in a folder, written again or not: who is a customer when, and beside it their rows."""
    path = _path(folder, bucket)
    ever: NDArray[np.bool_] = np.any(features.is_customer, axis=0)
    people = {"customer_id": features.ids.filter(arrow_of(ever))}
    people |= {str(moment): arrow_of(is_customer[ever]) for moment, is_customer in enumerate(features.is_customer)}
    batch = pa.record_batch(people, metadata={_ONLY_EVENTS: json.dumps(features.only_events.tolist())})
    with _replacing(path.with_suffix(_ROWS)) as temporary, temporary.open("wb") as file:
        for rows, is_customer in zip(features.rows, features.is_customer, strict=True):
            rows[is_customer].tofile(file)
    with _replacing(path) as temporary, pa.OSFile(str(temporary), "wb") as file, pa.ipc.new_file(file, batch.schema) as writer:
        writer.write_batch(batch)


def snapshots_at(home: Home, catalogue: Catalogue, as_ofs: Sequence[Timestamp], *, leave_parts: LeaveParts) -> list[Snapshot]:
    """Return the snapshots of a catalogue at these moments, in their order: those that stand, the others from parts.

    Raises
    ------
    LogMissing
        If there is no event log.
    """
    log, moments = EventLog.open(home), sorted(set(as_ofs))
    stored = [find_snapshot(home, as_of, log=log.manifest, signature=catalogue.signature) for as_of in moments]
    at = {snapshot.as_of: snapshot for snapshot in stored if snapshot is not None}
    if missing := [as_of for as_of in moments if as_of not in at]:
        with new_folder(home.snapshots) as folder:
            leave_parts(log, missing, folder)
            at |= {snapshot.as_of: snapshot for snapshot in _publish(log, catalogue, missing, folder=folder)}
    return [at[as_of] for as_of in as_ofs]


def _publish(log: EventLog, catalogue: Catalogue, as_ofs: Sequence[Timestamp], *, folder: Path) -> list[Snapshot]:
    """Merge the parts of all buckets, computed at these moments from this log, into a snapshot a moment."""
    parts = [_Part.open(_path(folder, bucket), moments=len(as_ofs)) for bucket in range(log.manifest.buckets)]
    everybody = pa.chunked_array([part.ids for part in parts], pa.string()).combine_chunks()
    order = numpy_of(pc.sort_indices(everybody))
    of_part = np.repeat(np.arange(len(parts)), [len(part.ids) for part in parts])[order]
    only_events = np.array([part.only_events for part in parts]).sum(axis=0).tolist()
    snapshots = []
    for moment, as_of in enumerate(as_ofs):
        present = np.concatenate([part.is_customer[moment] for part in parts])[order]
        with draft_snapshot(log.home, everybody.take(arrow_of(order[present])), catalogue.names) as draft:
            for rows in _merged(parts, of_part[present], moment=moment, width=len(catalogue.names)):
                draft.write(rows)
            snapshots.append(publish_draft(log.home, draft, _provenance(log, catalogue, as_of, only_events[moment])))
    return snapshots


@dataclass(frozen=True)
class _Part:
    """One bucket's people, sorted, whether each is a customer at each moment, and where the rows of those who are lie."""

    path: Path
    ids: pa.StringArray
    is_customer: NDArray[np.bool_]
    only_events: list[int]

    @classmethod
    def open(cls, path: Path, *, moments: int) -> _Part:
        with pa.OSFile(str(path)) as file:
            batch = pa.ipc.open_file(file).get_batch(0)
        is_customer = [numpy_of(batch.column(str(moment))) for moment in range(moments)]
        return cls(path, batch.column("customer_id"), np.array(is_customer), json.loads(batch.schema.metadata[_ONLY_EVENTS]))

    def rows(self, first: int, size: int, *, width: int) -> NDArray[np.float32]:
        """Read so many rows, counted over all moments."""
        path, item = self.path.with_suffix(_ROWS), np.dtype(np.float32)
        return np.fromfile(path, item, count=size * width, offset=first * width * item.itemsize).reshape(size, width)


def _merged(parts: Sequence[_Part], of_part: NDArray[np.int64], *, moment: int, width: int) -> Iterator[NDArray[np.float32]]:
    """Give the rows of a moment, some megabytes at a time; row i is the next one of part `of_part[i]`."""
    read = [int(part.is_customer[:moment].sum()) for part in parts]
    size = max(1, _CHUNK // (4 * width))
    for begin in range(0, len(of_part), size):
        wanted = of_part[begin : begin + size]
        counts = np.bincount(wanted, minlength=len(parts))
        rows = np.empty((len(wanted), width), np.float32)
        places = np.split(np.argsort(wanted, kind="stable"), np.cumsum(counts)[:-1])
        for part, first, own in zip(parts, read, places, strict=True):
            rows[own] = part.rows(first, len(own), width=width)
        read = [first + len(own) for first, own in zip(read, places, strict=True)]
        yield rows


def _path(folder: Path, bucket: int) -> Path:
    return folder / f"{bucket}.arrow"


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Give a name of this process's own to write to, which then becomes the path, whole."""
    temporary = path.with_name(f"{path.name}.{os.uname().nodename}.{os.getpid()}")
    yield temporary
    temporary.rename(path)


def _provenance(log: EventLog, catalogue: Catalogue, as_of: Timestamp, only_events: int) -> Provenance:
    return Provenance(
        as_of, log.digest, log.manifest.version, catalogue.signature, dict(log.manifest.observed_until), only_events
    )
