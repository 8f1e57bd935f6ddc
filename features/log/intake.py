"""How do rows enter the log: judged, merged into their buckets, and made visible in one step.

What was written before a crash is either the log before or the log after; files that no manifest names are swept by a later
writer. Order, repetition and splitting of deliveries with the same `known_at` values never change what is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from features.contracts.checks import Checked, KnownAt, check_delivery, refuse_broken
from features.contracts.columns import as_table
from features.contracts.sources import SOURCES, Source
from features.errors import InvalidInput
from features.home import Home
from features.log.buckets import buckets_for, rows_by_bucket
from features.log.compaction import settle
from features.log.joining import join_source
from features.log.manifest import LogManifest
from features.log.quarantine import set_aside
from features.log.store import EventLog
from features.log.versions import Counts
from features.log.writer import publish, writing
from features.times import Timestamp
from features.tombstones import read_tombstones

_NO_LIMIT = 1.0


class UnknownSource(InvalidInput):
    """A delivery for a source that no contract declares."""


@dataclass(frozen=True)
class Receipt:
    """When a delivery came, and from when on its rows count as known.

    `known_at`: `given` in each row; `received`, the moment of receipt; or `event_time`, for a first import of history only.
    `observed_until` says how far each source is complete; by default up to the newest `known_at` it brought. A delivery with a
    larger share of bad rows than `tolerated_share` in any source is refused as a whole. `one_export` says that all sources were
    written at one moment: each is then complete up to the newest row of any.
    """

    received_at: Timestamp
    known_at: KnownAt
    observed_until: Mapping[str, Timestamp] | None = None
    tolerated_share: float = _NO_LIMIT
    one_export: bool = False


@dataclass(frozen=True)
class SourceReport:
    """What became of one source's rows: the counts, how many rows each reason sent to quarantine, and how many were dropped.

    Dropped are those about people who were erased; they are neither kept nor set aside.
    """

    counts: Counts
    quarantined: int
    reasons: Mapping[str, int]
    erased: int = 0


@dataclass(frozen=True)
class IntakeReport:
    """What became of a delivery, source by source; `observed_until` and `digest` are those of the whole log after it.

    `digest_before` is that of the log the delivery was added to.
    """

    sources: Mapping[str, SourceReport]
    observed_until: Mapping[str, Timestamp]
    manifest_version: int
    digest: str
    digest_before: str


def append(home: Home, rows: Mapping[str, pa.Table | pd.DataFrame], *, receipt: Receipt) -> IntakeReport:
    """Add rows of any sources to the log; bad rows go to quarantine, the good ones of the delivery are kept.

    Rows about people who were erased are dropped: this is the only door of the log, so whatever sends them again, they stay out.

    Raises
    ------
    UnknownSource
        If a source is not declared.
    ContractBroken
        If a column is wrong, or more rows are bad than the receipt tolerates; every fault of every source is listed, and
        nothing was written.
    LogLocked
        If another process is writing.
    """
    if unknown := sorted(set(rows) - set(SOURCES)):
        raise UnknownSource(f"no such source: {', '.join(unknown)}; the sources are {', '.join(SOURCES)}")
    delivered = [_check(SOURCES[name], given, receipt=receipt) for name, given in rows.items()]
    refuse_broken(delivered, tolerated_share=receipt.tolerated_share)
    with writing(home) as before:
        checked = _without_erased(home, delivered)  # only now: an erasure waits for its turn to write, too
        joined = _join(home, before, checked=checked)
        told = _observed_until(before, checked, receipt=receipt)
        for one in checked:
            set_aside(home, one.source, bad=one.bad)
        after = publish(home, before, replace(joined.manifest, observed_until=told))
    dropped = [_rows(one) - _rows(left) for one, left in zip(delivered, checked, strict=True)]
    reports = {
        one.source.name: SourceReport(joined.counts[one.source.name], one.bad.num_rows, one.reasons, erased)
        for one, erased in zip(checked, dropped, strict=True)
    }
    return IntakeReport(reports, after.observed_until, after.version, after.digest, before.digest)


def _check(source: Source, given: pa.Table | pd.DataFrame, *, receipt: Receipt) -> Checked:
    table = as_table(given) if isinstance(given, pd.DataFrame) else given
    return check_delivery(source, table, known_at=receipt.known_at, received_at=receipt.received_at)


def _without_erased(home: Home, delivered: list[Checked]) -> list[Checked]:
    erased = read_tombstones(home)
    return [replace(one, good=erased.without(one.good), bad=erased.without(one.bad)) for one in delivered]


def _rows(checked: Checked) -> int:
    return int(checked.good.num_rows + checked.bad.num_rows)


@dataclass(frozen=True)
class _Joined:
    manifest: LogManifest
    counts: Mapping[str, Counts]


def _join(home: Home, before: LogManifest, *, checked: list[Checked]) -> _Joined:
    """Write what is new, and return the log with it, which no reader sees yet."""
    log = EventLog(home, _with_buckets_for(before, checked))
    joined = {one.source.name: join_source(log, one) for one in checked}
    after = replace(log.manifest, contents={**before.contents, **{name: one.contents for name, one in joined.items()}})
    for name, one in joined.items():
        after = after.with_files(name, one.files)
    since = min((one.since for one in joined.values() if one.since is not None), default=None)
    if since is None:
        return _Joined(before, {name: one.counts for name, one in joined.items()})
    return _Joined(settle(home, after.descending_from(before, since=since)), {name: one.counts for name, one in joined.items()})


def _with_buckets_for(manifest: LogManifest, checked: list[Checked]) -> LogManifest:
    """Choose the number of buckets for the first rows of all; later on, compaction does."""
    if manifest.log_files:
        return manifest
    loads = {one.source.name: rows_by_bucket(one.good, manifest.buckets) for one in checked}
    return replace(manifest, buckets=buckets_for(loads, manifest.buckets))


def _observed_until(before: LogManifest, checked: list[Checked], *, receipt: Receipt) -> dict[str, Timestamp]:
    """Up to when each source is complete now: as the receipt says, else by what came; never earlier than before."""
    told = dict(before.observed_until)
    brought = {one.source.name: _newest(one, receipt) for one in checked if one.good.num_rows}
    if brought and receipt.one_export:
        brought = dict.fromkeys(brought, max(brought.values()))
    brought |= receipt.observed_until or {}
    return told | {name: max(moment, told.get(name, moment)) for name, moment in brought.items()}


def _newest(checked: Checked, receipt: Receipt) -> Timestamp:
    if receipt.known_at == "received":
        return receipt.received_at
    newest: Timestamp = pc.max(checked.good["known_at"]).cast(pa.int64()).as_py()
    return newest
