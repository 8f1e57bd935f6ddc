"""How do buckets become snapshots: each leaves a sorted part on disk, and the parts are merged into one matrix a moment.

A part may be written by any thread, process or machine, in any order, and again. Who is a customer when need not be known before:
the merge reads it from the parts. Its memory holds everybody's ids and a few megabytes of rows, whatever the size of the log.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.engine.bucket import BucketFeatures
from features.log.store import EventLog
from features.snapshot import Provenance, Snapshot, draft_snapshot, publish_draft
from features.times import Timestamp

_CHUNK = 4_000_000
_ONLY_EVENTS = b"only_events"


def write_part(folder: Path, bucket: int, features: BucketFeatures) -> None:
    """Leave the features of a bucket in a folder: a row for whoever is ever a customer, a column a moment, null before that."""
    ever = features.is_customer.any(axis=0)
    columns = {"customer_id": features.ids.filter(pa.array(ever))}
    for moment, is_customer in enumerate(features.is_customer[:, ever]):
        rows = features.rows[moment, ever]
        columns[str(moment)] = pa.FixedSizeListArray.from_arrays(
            pa.array(rows.reshape(-1)), rows.shape[1], mask=pa.array(~is_customer)
        )
    batch = pa.record_batch(columns, metadata={_ONLY_EVENTS: json.dumps(features.only_events.tolist())})
    path = _path(folder, bucket)
    temporary = path.with_suffix(f".{os.getpid()}")
    with pa.OSFile(str(temporary), "wb") as file, pa.ipc.new_file(file, batch.schema) as writer:
        writer.write_batch(batch)
    temporary.rename(path)


def publish_parts(log: EventLog, catalogue: Catalogue, as_ofs: Sequence[Timestamp], *, folder: Path) -> list[Snapshot]:
    """Merge the parts of all buckets, computed at these moments from this log, into a snapshot a moment."""
    parts = [_Part.open(_path(folder, bucket), moments=len(as_ofs)) for bucket in range(log.manifest.buckets)]
    everybody = pa.chunked_array([part.ids for part in parts], pa.string()).combine_chunks()
    order = pc.sort_indices(everybody).to_numpy().astype(np.int64)
    only_events = np.array([part.only_events for part in parts]).sum(axis=0).tolist()
    snapshots = []
    for moment, as_of in enumerate(as_ofs):
        present = np.concatenate([part.is_customer[moment] for part in parts])[order]
        with draft_snapshot(log.home, everybody.take(pa.array(order[present])), catalogue.names) as draft:
            for rows in _merged(parts, moment, order=order[present]):
                draft.write(rows)
            snapshots.append(publish_draft(log.home, draft, _provenance(log, catalogue, as_of, only_events[moment])))
    return snapshots


@dataclass(frozen=True)
class _Part:
    """One bucket's people, sorted, whether each is a customer at each moment, and a mapped row each for every moment."""

    ids: pa.StringArray
    is_customer: NDArray[np.bool_]
    rows: list[NDArray[np.float32]]
    only_events: list[int]

    @classmethod
    def open(cls, path: Path, *, moments: int) -> _Part:
        with pa.memory_map(str(path)) as file:
            batch = pa.ipc.open_file(file).get_batch(0)
        columns = [batch.column(str(moment)) for moment in range(moments)]
        is_customer = np.array([column.is_valid().to_numpy(zero_copy_only=False) for column in columns])
        rows = [column.values.to_numpy().reshape(len(column), column.type.list_size) for column in columns]
        return cls(batch.column("customer_id"), is_customer, rows, json.loads(batch.schema.metadata[_ONLY_EVENTS]))


def _merged(parts: Sequence[_Part], moment: int, *, order: NDArray[np.int64]) -> Iterator[NDArray[np.float32]]:
    """Give the rows of a moment, some megabytes at a time; row i belongs to the person at place `order[i]` of all parts."""
    firsts = np.cumsum(np.array([0, *(len(part.ids) for part in parts)]))
    width = parts[0].rows[moment].shape[1]
    size = max(1, _CHUNK // max(1, 4 * width))
    for begin in range(0, len(order), size):
        places = order[begin : begin + size]
        by_part = np.argsort(places, kind="stable")
        ends = np.searchsorted(places[by_part], firsts)
        rows = np.empty((len(places), width), np.float32)
        for part, first, start, end in zip(parts, firsts[:-1], ends[:-1], ends[1:], strict=True):
            chosen = by_part[start:end]
            rows[chosen] = part.rows[moment][places[chosen] - first]
        yield rows


def _path(folder: Path, bucket: int) -> Path:
    return folder / f"{bucket}.arrow"


def _provenance(log: EventLog, catalogue: Catalogue, as_of: Timestamp, only_events: int) -> Provenance:
    return Provenance(
        as_of, log.digest, log.manifest.version, catalogue.signature, dict(log.manifest.observed_until), only_events
    )
