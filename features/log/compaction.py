"""When do deltas become part of their base, and buckets more: so that readers stay fast and small with no operator.

Deltas of like size become one, as the digits of a counter carry over, so there are only ever a few; where together they reach a
share of their base, they are folded into it. Where a bucket holds more rows than one reader should carry, the buckets double:
bucket b of N splits into b and b + N of 2N. Nothing of this changes what the log says.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from features.contracts.sources import SOURCES
from features.home import Home
from features.log.buckets import buckets_for, split_by_bucket
from features.log.files import LogFile, write_base, write_delta
from features.log.joining import DELTAS_OF_BASE
from features.log.manifest import LogManifest, log_missing
from features.log.store import EventLog
from features.log.writer import publish, writing

Say = Callable[[str], None]
_ALIKE = 2


@dataclass(frozen=True)
class CompactionReport:
    """What a compaction did: deltas folded by source, and the number of buckets before; the rest is as the log is now."""

    folded: Mapping[str, int]
    buckets_before: int
    buckets: int
    version: int
    digest: str


def compact(home: Home, *, say: Say | None = None) -> CompactionReport:
    """Fold all deltas into their base, and split buckets that have grown too large; the log says the same as before.

    Raises
    ------
    LogMissing
        If nothing was ever written.
    LogLocked
        If another process is writing.
    NoRoomForLog
        If the disk is full; the log is as it was.
    """
    with writing(home) as before:
        if not before.version:
            raise log_missing(home)
        deltas = [file.source for file in before.log_files if file.is_delta]
        folded = {name: deltas.count(name) for name in SOURCES if name in deltas}
        buckets = _buckets_needed(before)
        after = publish(home, before, _fold(EventLog(home, before), sources=folded, buckets=buckets, say=say))
    return CompactionReport(folded, before.buckets, after.buckets, after.version, after.digest)


def settle(home: Home, manifest: LogManifest) -> LogManifest:
    """Return a log that no reader has seen yet as it shall be kept: compacted as far as is due."""
    buckets = _buckets_needed(manifest)
    due = [name for name in SOURCES if _outgrows_base(manifest.of(name))]
    manifest = _fold(EventLog(home, manifest), sources=due, buckets=buckets)
    for name in SOURCES:
        manifest = _with_fewer_deltas(home, manifest, source=name)
    return manifest


def _buckets_needed(manifest: LogManifest) -> int:
    loads = {name: np.zeros(manifest.buckets, np.int64) for name in manifest.rows}
    for file in manifest.log_files:
        for run in file.runs:
            loads[file.source][run.bucket] += run.rows
    return buckets_for(loads, manifest.buckets)


def _outgrows_base(files: tuple[LogFile, ...]) -> bool:
    deltas = sum(file.rows for file in files if file.is_delta)
    return deltas > DELTAS_OF_BASE * (sum(file.rows for file in files) - deltas)


def _fold(log: EventLog, *, sources: Collection[str], buckets: int, say: Say | None = None) -> LogManifest:
    """Write the base of these sources anew, of all sources where the number of buckets changes."""
    manifest = log.manifest
    for name in sources if buckets == manifest.buckets else manifest.rows:
        if say is not None:
            say(f"compact {name}: {manifest.rows[name]:,} rows in {buckets} buckets")
        manifest = manifest.with_files(name, _base_files(log, name, buckets=buckets))
    return replace(manifest, buckets=buckets)


def _base_files(log: EventLog, name: str, *, buckets: int) -> Iterator[LogFile]:
    """Write the base files of a source, one bucket in memory at a time; those that are as they should be stay."""
    files = log.manifest.of(name)
    for bucket in range(log.manifest.buckets):
        holding = [file for file in files if any(run.bucket == bucket for run in file.runs)]
        if buckets == log.manifest.buckets and not any(file.is_delta for file in holding):
            yield from holding
            continue
        for part, rows in split_by_bucket(log.bucket(name, bucket), buckets):
            yield write_base(log.home, SOURCES[name], bucket=part, rows=rows)


def _with_fewer_deltas(home: Home, manifest: LogManifest, *, source: str) -> LogManifest:
    files = manifest.of(source)
    alike = _alike([file for file in files if file.is_delta])
    if len(alike) < _ALIKE:
        return manifest
    one = write_delta(home, SOURCES[source], parts=_parts(EventLog(home, manifest.with_files(source, alike)), source))
    return manifest.with_files(source, [*(file for file in files if file not in alike), one])


def _alike(deltas: list[LogFile]) -> list[LogFile]:
    """Return the deltas to become one: the largest that is at most twice as large as all smaller ones together, and these.

    Each delta left is then more than twice as large as all smaller ones, so their number grows with the logarithm of their rows.
    """
    ordered = sorted(deltas, key=lambda file: file.rows)
    smaller = np.cumsum([0, *(file.rows for file in ordered)])
    count = max((place + 1 for place, file in enumerate(ordered) if file.rows <= _ALIKE * smaller[place]), default=0)
    return ordered[:count]


def _parts(log: EventLog, name: str) -> Iterator[tuple[int, pa.Table]]:
    for bucket in range(log.manifest.buckets):
        if (rows := log.bucket(name, bucket)).num_rows:
            yield bucket, rows
