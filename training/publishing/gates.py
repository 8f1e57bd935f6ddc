"""May this candidate go live? Each gate answers in figures: passed, held for a person to look at, or refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from features.errors import Refused
from models.grades import FEWEST_OF_A_KIND, FEWEST_ROWS
from training.records.report import CHOSEN, TrainingReport

Verdict: TypeAlias = Literal["passed", "held", "refused"]

TOO_GOOD_AUC = 0.97
TOO_GOOD_ALONE = 0.95


@dataclass(frozen=True)
class Standard:
    """What a model is held to: the baseline that knows nothing, and how much worse than another it may be at most.

    `margin` is in units of the main measure, or (`relative`) a share of the baseline's own figure.
    """

    least: str
    margin: float
    relative: bool = False

    def worse_by_at_most(self, baseline: float) -> float:
        """Return the margin in units of the measure, given the baseline's figure."""
        return self.margin * baseline if self.relative else self.margin


STANDARDS: Mapping[str, Standard] = {
    "churn": Standard("prior", 0.005),
    "transition": Standard("persistence", 0.005),
    "value": Standard("mean", 0.01, relative=True),
    "purchase": Standard("prior", 0.005),
}
"""By model; log-loss in nats for chances, mean absolute error in money for value."""


class PromotionRefused(Refused):
    """A gate refused the candidate, or held it for review; the live model stays."""

    def __init__(self, results: Sequence[GateResult]) -> None:
        self.results = tuple(results)
        blocking = "; ".join(f"{result.name} {result.verdict}: {result.reason}" for result in blocked(results))
        super().__init__(
            f"not promoted, the live model stays. {blocking}. After a look, `--override REASON` records why it goes live"
        )


@dataclass(frozen=True)
class GateResult:
    """One gate's verdict: the figure found, the limit it was held against, and the reason in words.

    `absolute` gates guard what serving relies on; no override opens them.
    """

    name: str
    verdict: Verdict
    figure: str
    limit: str
    reason: str
    absolute: bool = False


def report_gates(report: TrainingReport) -> list[GateResult]:
    """Return what the report alone can decide; pure, the same report gives the same verdicts."""
    return [enough_data(report), better_than_least(report), not_worse_than_baseline(report), plausible(report)]


def blocked(results: Sequence[GateResult]) -> list[GateResult]:
    """Return the gates that did not pass."""
    return [result for result in results if result.verdict != "passed"]


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
    gain = report.differences[least][report.main_measure]
    better = gain.high < 0
    return GateResult(
        f"better_than_{least}",
        "passed" if better else "refused",
        f"{_compared(report, least)} against {least}",
        "interval below 0",
        f"better than {least}" if better else f"not shown to be better than {least}, which tells no customer from another",
    )


def not_worse_than_baseline(report: TrainingReport) -> GateResult:
    """Refuse a model that a simpler one, named, may beat."""
    name, measure = report.baselines[0], report.main_measure
    allowed = STANDARDS[report.model].worse_by_at_most(report.pooled[name][measure].value)
    held_up = report.differences[name][measure].high < allowed
    return GateResult(
        "not_worse_than_baseline",
        "passed" if held_up else "refused",
        f"{_compared(report, name)} against {name}",
        f"interval below +{allowed:.4g}",
        f"not worse than {name}, the best baseline" if held_up else f"may be worse than {name}, which is simpler",
    )


def _compared(report: TrainingReport, baseline: str) -> str:
    found = report.differences[baseline][report.main_measure]
    return f"{report.main_measure} {found.value:+.4f} [{found.low:+.4f}, {found.high:+.4f}]"


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


def same_schema(fitted_on: Sequence[str], served: Sequence[str]) -> GateResult:
    """Refuse a model fitted on other columns than those computed now; absolute.

    Both are the signature of the feature catalogue, followed by the names in order.
    """
    odd = [name for name in fitted_on[1:] if name not in served] + [name for name in served[1:] if name not in fitted_on]
    same = tuple(fitted_on) == tuple(served)
    differing = ", ".join(odd[:5]) or "their order or their meaning"
    return GateResult(
        "same_schema",
        "passed" if same else "refused",
        f"{len(fitted_on) - 1} columns fitted on, {len(served) - 1} computed now",
        "the same names, order and meaning",
        "fitted on the columns computed now" if same else f"the columns differ ({differing}); train again with these features",
        absolute=True,
    )


def same_question(asked: Mapping[str, object], answered: Mapping[str, object]) -> GateResult:
    """Refuse a model that answers another question than the company file asks, such as other horizons; absolute."""
    differing = ", ".join(sorted(name for name in {*asked, *answered} if asked.get(name) != answered.get(name)))
    return GateResult(
        "same_question",
        "refused" if differing else "passed",
        f"{answered.get('definition')} at {answered.get('horizons_days')} days",
        f"{asked.get('definition')} at {asked.get('horizons_days')} days",
        f"the company file differs in {differing}; train again" if differing else "answers what the company file asks",
        absolute=True,
    )


def golden_rows(failure: str | None) -> GateResult:
    """Refuse a model that does not repeat its own answers when loaded in a process of its own; absolute."""
    return GateResult(
        "golden_rows",
        "passed" if failure is None else "refused",
        "answers repeated" if failure is None else "answers not repeated",
        "the stored answers to the stored rows",
        "loads and repeats its golden answers" if failure is None else failure,
        absolute=True,
    )
