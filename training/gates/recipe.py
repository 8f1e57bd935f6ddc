"""Is the recipe good enough? Graded on enough, better than simple rules, no worse than what is live, month after month.

Pure: the same report gives the same verdicts.
"""

from __future__ import annotations

from models.grades import FEWEST_OF_A_KIND, FEWEST_ROWS
from training.gates.result import GateResult
from training.gates.standards import STANDARDS
from training.measures.resamples import Estimate
from training.records.report import CHAMPION, CHOSEN, FoldGrade, TrainingReport

TOO_GOOD_AUC = 0.97
TOO_GOOD_ALONE = 0.95


def enough_data(report: TrainingReport) -> GateResult:
    """Refuse where so few were graded that the intervals say nothing."""
    happened, others = report.test_positives, report.test_rows - report.test_positives
    enough = report.test_rows >= FEWEST_ROWS and min(happened, others) >= FEWEST_OF_A_KIND
    return GateResult(
        "enough_data",
        "passed" if enough else "refused",
        f"{report.test_rows} rows graded: it happened to {happened}, not to {others}",
        f"{FEWEST_ROWS} rows, {FEWEST_OF_A_KIND} of each kind",
        "enough customers were graded" if enough else "too few customers were graded to tell a good model from a lucky one",
    )


def better_than_least(report: TrainingReport) -> GateResult:
    """Refuse a model that knows no more than what holds for everybody alike."""
    least = STANDARDS[report.model].least
    better = report.differences[least][report.main_measure].high < 0
    return GateResult(
        f"better_than_{least}",
        "passed" if better else "refused",
        f"{_compared(report, least)} against {least}",
        "interval below 0",
        f"better than {least}" if better else f"not shown to be better than {least}, which tells no customer from another",
    )


def better_than_baselines(report: TrainingReport) -> GateResult:
    """Refuse a model that a simpler one, named, beats over all past moments, or may beat by more than the margin.

    A recipe that is a named baseline itself, as few customers may make it, is not beaten by it.
    """
    measure = report.main_measure
    found = {name: report.differences[name][measure] for name in report.baselines}
    allowed = {name: _margin(report, name) for name in found}
    better = [name for name in found if found[name].value <= 0 and found[name].high < allowed[name]]
    shown = max(found, key=lambda name: (name not in better, found[name].high - allowed[name]))
    held_up = len(better) == len(found)
    return GateResult(
        "better_than_baselines",
        "passed" if held_up else "refused",
        f"{_compared(report, shown)} against {shown}",
        f"at most 0, interval below +{allowed[shown]:.4g}",
        f"none of {', '.join(report.baselines)} is better" if held_up else f"{shown}, which is simpler, is better or may well be",
    )


def not_worse_than_champion(report: TrainingReport) -> GateResult:
    """Refuse a recipe that may be worse than the live model's, fitted and asked in the same folds."""
    if report.champion is None:
        return _as_first("not_worse_than_champion", "no model is live for this question, so there is none to be worse than")
    if CHAMPION not in report.differences:
        reason = "a member of the live model's recipe could not be fitted in these folds, so nobody knows which is better: look"
        return GateResult("not_worse_than_champion", "held", f"live {report.champion[:12]} not asked", "the same folds", reason)
    allowed = _margin(report, CHAMPION)
    held_up = report.differences[CHAMPION][report.main_measure].high < allowed
    return GateResult(
        "not_worse_than_champion",
        "passed" if held_up else "refused",
        f"{_compared(report, CHAMPION)} against the recipe of live {report.champion[:12]}",
        f"interval below +{allowed:.4g}",
        "not worse than the live model's recipe" if held_up else "may be worse than the live model's recipe on the same folds",
    )


def stable(report: TrainingReport) -> GateResult:
    """Refuse a recipe that at some past moment was worse for sure than what holds for everybody alike."""
    least = STANDARDS[report.model].least
    folds = [(fold, fold.differences[least][report.main_measure]) for fold in report.folds]
    worst, found = max(folds, key=lambda each: each[1].low)
    month, held_up = _month(worst), found.low <= 0
    figure = f"{month}: {report.main_measure} {_signed(found)} against {least}, the worst of {len(folds)} moments"
    bad = sum(each.low > 0 for _, each in folds)
    reason = f"at {bad} of {len(folds)} past moments worse for sure than {least}, most in {month}: it cannot be relied on"
    return GateResult(
        "stable",
        "passed" if held_up else "refused",
        figure,
        "no month's interval above 0",
        "at no past moment worse for sure than what holds for everybody" if held_up else reason,
    )


def plausible(report: TrainingReport) -> GateResult:
    """Hold for review what is too good to be true: it usually means that a feature knows the future."""
    alone, found = report.features_alone[0], report.pooled[CHOSEN].get("auc")
    auc = float("nan") if found is None else found.value  # none can be taken where it happened to nobody: nothing is credible
    credible = auc <= TOO_GOOD_AUC and alone.auc <= TOO_GOOD_ALONE
    suspect = f"look first at {alone.feature}, which alone reaches AUC {alone.auc:.3f}"
    return GateResult(
        "plausible",
        "passed" if credible else "held",
        f"AUC {auc:.3f}; best single feature {alone.feature} {alone.auc:.3f}",
        f"AUC at most {TOO_GOOD_AUC}, a single feature at most {TOO_GOOD_ALONE}",
        "as good as such a model can be" if credible else f"implausibly good, held for review: {suspect}",
    )


def _margin(report: TrainingReport, other: str) -> float:
    return STANDARDS[report.model].worse_by_at_most(report.pooled[other][report.main_measure].value)


def _compared(report: TrainingReport, other: str) -> str:
    return f"{report.main_measure} {_signed(report.differences[other][report.main_measure])}"


def _signed(found: Estimate) -> str:
    return f"{found.value:+.4f} [{found.low:+.4f}, {found.high:+.4f}]"


def _month(fold: FoldGrade) -> str:
    from features.times import format_time

    return format_time(fold.origin)[:7]


def _as_first(name: str, reason: str) -> GateResult:
    return GateResult(name, "passed", "nothing to compare with", "-", reason)
