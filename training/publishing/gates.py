"""May this candidate go live? Each gate answers in figures: passed, held for a person to look at, or refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from features.errors import Refused
from training.records.report import CHOSEN, TrainingReport

Verdict: TypeAlias = Literal["passed", "held", "refused"]

WORSE_BY_AT_MOST = 0.005
TOO_GOOD_AUC = 0.97
TOO_GOOD_ALONE = 0.95
FEWEST_ROWS = 200
FEWEST_OF_A_KIND = 50


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
    return [enough_data(report), better_than_prior(report), not_worse_than_baseline(report), plausible(report)]


def blocked(results: Sequence[GateResult]) -> list[GateResult]:
    """Return the gates that did not pass."""
    return [result for result in results if result.verdict != "passed"]


def enough_data(report: TrainingReport) -> GateResult:
    """Refuse where so few were graded that the intervals say nothing."""
    leavers, stayers = report.test_leavers, report.test_rows - report.test_leavers
    enough = report.test_rows >= FEWEST_ROWS and min(leavers, stayers) >= FEWEST_OF_A_KIND
    return GateResult(
        "enough_data",
        "passed" if enough else "refused",
        f"{report.test_rows} rows graded: {leavers} left, {stayers} stayed",
        f"{FEWEST_ROWS} rows, {FEWEST_OF_A_KIND} of each kind",
        "enough customers were graded" if enough else "too few customers were graded to tell a good model from a lucky one",
    )


def better_than_prior(report: TrainingReport) -> GateResult:
    """Refuse a model that knows no more than the share that leaves."""
    gain = report.differences["prior"]["log_loss"]
    better = gain.high < 0
    return GateResult(
        "better_than_prior",
        "passed" if better else "refused",
        f"log-loss {gain.value:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}] against one rate for all",
        "interval below 0",
        "better than one rate for all" if better else "not shown to be better than giving every customer the same rate",
    )


def not_worse_than_baseline(report: TrainingReport) -> GateResult:
    """Refuse a model that a simpler one, named, may beat."""
    name = report.baselines[0]
    difference = report.differences[name]["log_loss"]
    held_up = difference.high < WORSE_BY_AT_MOST
    return GateResult(
        "not_worse_than_baseline",
        "passed" if held_up else "refused",
        f"log-loss {difference.value:+.4f} [{difference.low:+.4f}, {difference.high:+.4f}] against {name}",
        f"interval below +{WORSE_BY_AT_MOST}",
        f"not worse than {name}, the best baseline" if held_up else f"may be worse than {name}, which is simpler",
    )


def plausible(report: TrainingReport) -> GateResult:
    """Hold for review what is too good to be true: it usually means that a feature knows the future."""
    alone, found = report.features_alone[0], report.pooled[CHOSEN].get("auc")
    auc = float("nan") if found is None else found.value  # none can be taken where nobody left; then nothing is credible either
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
