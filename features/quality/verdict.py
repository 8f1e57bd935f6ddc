"""What must somebody look at, in which order? The findings of sources, quarantine, imports and snapshots together.

`act` is for what makes features or labels wrong now, `look` for what may be right, but somebody should know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from features.quality.report import Finding, ImportFinding, Quarantine, SnapshotQuality
from features.quality.source_rules import BAD_SHARE, MANY_SHARE
from features.quality.wording import counted, further, percent

MOVED_PSI = 0.25
"""The conventional mark of a different population; 0.1 is that of one worth a glance."""
GONE_SHARE = 0.2
"""A feature that a fifth more customers lack is not the feature a model was trained on."""
_NAMED = 5

Found = Iterator[Finding]


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings in the order in which to look at them: what to act on first, of that the weightiest."""
    return sorted(findings, key=lambda one: (one.level != "act", -one.weight, one.about, one.code, one.text))


def findings_of_quarantine(quarantine: Mapping[str, Quarantine]) -> Found:
    """Judge what was set aside."""
    for name, found in quarantine.items():
        if found.share > BAD_SHARE:
            reason, rows = max(found.reasons.items(), key=lambda entry: entry[1])
            yield Finding(
                level="act" if found.share > MANY_SHARE else "look",
                code="quarantine",
                about=name,
                text=f"{percent(found.share)} of the rows that came were set aside; {rows:,} by “{reason}”",
                measure="share of rows",
                figure=found.share,
                threshold=BAD_SHARE,
                advice="correct them where they come from, deliver them again, then delete their files below quarantine/",
                weight=found.share,
            )


def findings_of_imports(found: Sequence[ImportFinding]) -> Found:
    """Judge what mappings counted in the raw data."""
    for one in found:
        share = one.count / max(one.of, 1)
        if share > BAD_SHARE:
            yield Finding(
                level="act" if share > MANY_SHARE else "look",
                code="import",
                about=f"import {one.mapping}",
                text=f"{one.count:,} of {one.of:,} {one.text}",
                measure="share of rows",
                figure=share,
                threshold=BAD_SHARE,
                advice="correct the data where they come from, or leave such rows out in the mapping and say so under left_out",
                weight=share,
            )


def findings_of_snapshots(snapshots: Sequence[SnapshotQuality]) -> Found:
    """Judge how features moved from the snapshot before to the newest; older ones also differ by season and are only shown."""
    for older in snapshots[1:2]:
        moved = [shift for shift in older.shifts if shift.psi >= max(MOVED_PSI, shift.noise)]
        if not moved:
            continue
        named = ", ".join(f"{shift.name} ({shift.psi:.2f})" for shift in moved[:_NAMED]) + further(len(moved) - _NAMED)
        yield Finding(
            level="act" if any(shift.missing_after - shift.missing_before >= GONE_SHARE for shift in moved) else "look",
            code="features_moved",
            about="snapshots",
            text=f"{counted(len(moved), 'feature')} of {len(older.shifts)} moved since {older.as_of[:10]}: {named}",
            measure="stability index",
            figure=moved[0].psi,
            threshold=MOVED_PSI,
            advice="if another finding explains it, mend that; if not, see how the customers changed, then train again",
            weight=len(moved) / len(older.shifts),
        )
