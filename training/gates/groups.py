"""Does the recipe do right by every stage and segment? Its level there, and whether it finds those to whom it happened.

Pure: the same report gives the same verdicts.
"""

from __future__ import annotations

from collections.abc import Sequence

from training.gates.result import GateResult
from training.gates.standards import STANDARDS
from training.records.report import GroupGrade, TrainingReport

FOUR_FIFTHS = 0.8


def level_by_group(report: TrainingReport) -> GateResult:
    """Refuse where in some stage or segment the level lies further off, for sure, than last period's mean carried forward."""
    if not report.groups:
        return _none("level_by_group", "no stage and no segment has enough graded rows to be told apart")
    allowed = STANDARDS[report.model].off_by_at_most(_mean_came(report))
    worst = max(report.groups, key=lambda group: group.level_difference.low)
    held_up = worst.level_difference.low <= allowed
    where, off = f"{worst.kind} {worst.group}", worst.level_difference
    reason = f"in {where} the level is further off than carrying the last period's forward: the chances mislead there"
    return GateResult(
        "level_by_group",
        "passed" if held_up else "refused",
        f"{where}: off by {worst.level_error:.4g}, carried forward {worst.carried_error:.4g}, "
        f"difference {off.value:+.4g} [{off.low:+.4g}, {off.high:+.4g}]; the worst of {len(report.groups)} groups",
        f"interval reaches below +{allowed:.4g}",
        "the level is right in every stage and segment, beside carrying the last period's forward" if held_up else reason,
    )


def four_fifths(report: TrainingReport) -> GateResult:
    """Refuse where a segment's customers to whom it happened are found less than four fifths as often as those of the best found.

    Found is who is among the fifth scored highest. A written waiver opens this gate.
    """
    found = [(group, group.found_ratio) for group in report.groups if group.found_ratio is not None]
    if len(found) < 2:
        return _none("four_fifths", "fewer than two segments have enough customers to whom it happened: nothing to compare")
    worst, ratio = min(found, key=lambda each: each[1].value)
    overlooked = tuple(group.group for group, each in found if each.high < FOUR_FIFTHS)
    return GateResult(
        "four_fifths",
        "refused" if overlooked else "passed",
        f"segment {worst.group}: {worst.found_share:.0%} of those to whom it happened found, "
        f"{ratio.value:.2f} [{ratio.low:.2f}, {ratio.high:.2f}] of segment {_best(report).group}",
        f"interval reaches {FOUR_FIFTHS:g}",
        _alike(overlooked),
        waivable=True,
        about=overlooked,
    )


def _alike(overlooked: Sequence[str]) -> str:
    if not overlooked:
        return "customers to whom it happens are found alike in every segment"
    segments = ", ".join(overlooked)
    return f"customers of segment {segments} are overlooked; mend it, or write down with `--waiver REASON` why that is right"


def _best(report: TrainingReport) -> GroupGrade:
    return max(report.groups, key=lambda group: -1.0 if group.found_ratio is None else group.found_share or 0.0)


def _mean_came(report: TrainingReport) -> float:
    rows = sum(fold.test_rows for fold in report.folds)
    return abs(sum(fold.label_mean * fold.test_rows for fold in report.folds)) / max(rows, 1)


def _none(name: str, reason: str) -> GateResult:
    return GateResult(name, "passed", "nothing to compare", "-", reason)
