"""How do checked rows of one source join the log: as a delta where their ids are new, into their buckets where they are not.

A delta is one small file for all buckets, merged by whoever reads. Only where a further version or another content of a standing
id arrives must its bucket be written anew, since rows that stand are superseded or replaced.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.contracts.checks import Checked
from features.contracts.schemas import stored_schema
from features.contracts.sources import Source
from features.log.buckets import split_by_bucket
from features.log.files import LogFile, write_base, write_delta
from features.log.runs import merge_runs
from features.log.store import EventLog
from features.log.versions import NOTHING, Counts, Merged, merge_versions
from features.times import Timestamp

DELTAS_OF_BASE = 0.25
"""The share of a source's base that its deltas may reach; beyond, reading them beside it would cost more than folding them in."""
_WITHIN_ID = "\x1f"


@dataclass(frozen=True)
class Joined:
    """A source after rows joined it; `since` is the smallest `known_at` that was added or dropped, None if none was."""

    files: tuple[LogFile, ...]
    contents: tuple[int, ...]
    counts: Counts
    since: Timestamp | None


def join_source(log: EventLog, checked: Checked) -> Joined:
    """Write what is new of one source's good rows, one bucket in memory at a time; no reader sees it yet."""
    source, standing = checked.source, log.manifest.of(checked.source.name)
    is_large = checked.good.num_rows > DELTAS_OF_BASE * sum(file.rows for file in standing if not file.is_delta)
    contents, counts = np.array(log.manifest.contents.get(source.name, NOTHING), np.uint64), Counts()
    rewritten: list[LogFile] = []
    fresh: list[tuple[int, pa.Table]] = []
    moments: list[Timestamp] = []
    for bucket, arriving in split_by_bucket(checked.good, log.manifest.buckets):
        touched = _touched(log, source, bucket=bucket, arriving=arriving)
        observed_until = log.manifest.observed_until.get(source.name)
        merged = merge_versions(source, touched, arriving=arriving, observed_until=observed_until)
        contents, counts = contents + merged.change, counts + merged.counts
        if merged.since is not None:
            moments.append(merged.since)
            if is_large or touched.num_rows:
                rewritten.append(_rewritten(log, source, bucket=bucket, merged=merged))
            else:
                fresh.append((bucket, merged.rows))
    delta = [write_delta(log.home, source, parts=fresh)] if fresh else []
    kept = [file.without(run.bucket for base in rewritten for run in base.runs) for file in standing]
    return Joined((*kept, *rewritten, *delta), tuple(contents.tolist()), counts, min(moments, default=None))


def _touched(log: EventLog, source: Source, *, bucket: int, arriving: pa.Table) -> pa.Table:
    """Return the standing rows of ids that arrive; mostly there are none, which the keys alone tell."""
    customers = pc.unique(arriving["customer_id"]).to_pylist()
    keys = log.ids_of_customers(source.name, bucket, customers)
    if not _among(source, keys, arriving).any():
        return stored_schema(source).empty_table()
    rows = log.of_customers(source.name, bucket, customers)
    return rows.filter(pa.array(_among(source, rows, arriving)))


def _rewritten(log: EventLog, source: Source, *, bucket: int, merged: Merged) -> LogFile:
    """Write all rows of the bucket anew, those of the merged ids as they are now."""
    standing = log.bucket(source.name, bucket)
    others = standing.filter(pa.array(~_among(source, standing, merged.rows)))
    return write_base(log.home, source, bucket=bucket, rows=merge_runs(source, [others, merged.rows]))


def _among(source: Source, rows: pa.Table, others: pa.Table) -> NDArray[np.bool_]:
    """Which rows are of an id that is among the others'."""
    known = pc.unique(_ids(source, others))
    found: NDArray[np.bool_] = pc.is_in(_ids(source, rows), value_set=known).to_numpy()
    return found


def _ids(source: Source, rows: pa.Table) -> pa.ChunkedArray:
    texts = [pc.fill_null(rows[name], "") for name in _id_of(source)]
    return pc.binary_join_element_wise(*texts, _WITHIN_ID) if len(texts) > 1 else texts[0]


def _id_of(source: Source) -> list[str]:
    return list(dict.fromkeys(("customer_id", source.key)))
