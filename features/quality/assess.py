"""How good are the data: reads the log bucket by bucket, the quarantine and the stored snapshots, and says what it found."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from features.contracts.sources import SOURCES
from features.home import Home
from features.importing.report import kept_reports
from features.log.store import EventLog
from features.quality.counting.known import Known
from features.quality.counting.tally import Tally, count_bucket
from features.quality.quarantine import quarantine_of
from features.quality.report import ImportFinding, QualityReport
from features.quality.source_rules import findings_of_sources
from features.quality.sources import describe_source
from features.quality.spreads import compared_snapshots, describe_snapshot
from features.quality.verdict import (
    findings_of_imports,
    findings_of_quarantine,
    findings_of_snapshots,
    in_order,
)

_TOLD_EACH = 16


def assess(home: Home, *, say: Callable[[str], None] | None = None) -> QualityReport:
    """Assess the newest version of the log and what `compared_snapshots` gives.

    One bucket of one source is in memory at a time, beside the customers and purchases of that bucket.

    Raises
    ------
    LogMissing
        If nothing was ever written.
    LogDamaged, SnapshotDamaged
        If a file is not what was written.
    """
    log = EventLog.open(home)
    snapshots = compared_snapshots(home)
    tallies = _tallies(log, say=say)
    sources = [describe_source(SOURCES[name], tally, log=log.manifest) for name, tally in tallies.items()]
    quarantine = {name: quarantine_of(home, name, kept=log.manifest.rows.get(name, 0)) for name in SOURCES}
    quarantine = {name: found for name, found in quarantine.items() if found.rows}
    described = [describe_snapshot(one, newest=snapshots[0]) for one in snapshots]
    imports = _found_by_imports(home)
    findings = [
        *findings_of_sources(sources),
        *findings_of_quarantine(quarantine),
        *findings_of_imports(imports),
        *findings_of_snapshots(described),
    ]
    return QualityReport(log.digest, sources, quarantine, imports, described, in_order(findings))


def _found_by_imports(home: Home) -> list[ImportFinding]:
    newest = {report["mapping"]: report["findings"] for report in kept_reports(home)}
    return [
        ImportFinding(mapping, one["text"], one["count"], one["of"]) for mapping, found in sorted(newest.items()) for one in found
    ]


def _tallies(log: EventLog, *, say: Callable[[str], None] | None) -> Mapping[str, Tally]:
    """Count the sources that have rows."""
    rows = log.manifest.rows
    tallies: dict[str, Tally] = {}
    for bucket in range(log.manifest.buckets):
        known = Known.read(log.bucket("customers", bucket), log.bucket("purchases", bucket))
        for name in (name for name in SOURCES if rows.get(name)):
            tally = count_bucket(SOURCES[name], log.bucket(name, bucket), known=known)
            tallies[name] = tallies[name] + tally if name in tallies else tally
        if say and (bucket + 1) % _TOLD_EACH == 0:
            say(f"  {bucket + 1} of {log.manifest.buckets} buckets")
    return tallies
