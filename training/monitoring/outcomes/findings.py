"""What of the outcomes must somebody know or look at: beside the prior, the ranking promised, the level, and what to expect."""

from __future__ import annotations

from collections.abc import Iterator

from features.quality.wording import counted, percent
from features.reports.figures import Figure
from features.reports.monitor import EstimatedPerformance, Finding, Level, ModelOutcomes
from models.grades import FEWEST_OF_A_KIND, FEWEST_ROWS, LEVEL_RIGHT, LEVEL_WRONG
from models.value.intervals import COVERED

COVERAGE_OFF = 0.1
"""How far the share of customers between the two ends may lie from what it should be."""

Found = Iterator[Finding]


def findings_of_outcomes(found: ModelOutcomes) -> Found:
    """Judge predictions by what came; nothing is judged where too few are told."""
    yield from _censored(found)
    rarer = min(found.recent_happened, found.recent_rows - found.recent_happened)
    if found.recent_rows >= FEWEST_ROWS and rarer >= FEWEST_OF_A_KIND:
        yield from _beside_prior(found)
        yield from _ranking(found)
        yield from _level_off(found)
        yield from _coverage(found)


def _censored(found: ModelOutcomes) -> Found:
    months = [window for window in found.windows if window.state == "censored"]
    if months:
        yield Finding(
            level="note",
            section="outcomes",
            about=found.model,
            text=f"what came of {counted(len(months), 'month')} can no longer be told ({months[-1].month}: {months[-1].reason})",
            measure="months censored",
            figure=len(months),
            limit=0,
            advice="keep `predictions/` for as long as a horizon lasts; after a change of the question new months fill the gap",
        )


def _beside_prior(found: ModelOutcomes) -> Found:
    difference = found.beside.get(found.main_measure)
    if difference is not None and difference.high >= 0:
        worse = difference.low > 0
        yield Finding(
            level="alarm" if worse else "note",
            section="outcomes",
            about=found.model,
            text=f"{'worse than' if worse else 'not shown to be better than'} {found.prior}, which knows no customer: "
            f"{found.main_measure} {_spelled(difference)} beside it in {_months(found)}",
            measure=f"{found.main_measure} less that of {found.prior}",
            figure=difference.value,
            limit=0.0,
            advice=f"`lifecycle rollback {found.model}` if the model before was better; then train again and look at its report",
        )


def _ranking(found: ModelOutcomes) -> Found:
    came, promised = found.recent.get("auc"), found.promised.get("auc")
    if came is not None and promised is not None and came.high < promised.low:
        yield Finding(
            level="alarm",
            section="outcomes",
            about=found.model,
            text=f"ranks worse than training promised: AUC {_spelled(came)} in {_months(found)}, promised {_spelled(promised)}",
            measure="auc",
            figure=came.value,
            limit=promised.low,
            advice=f"see what drifted below, then `lifecycle train {found.model}` on newer months",
        )


def _level_off(found: ModelOutcomes) -> Found:
    off = _relative_level(found)
    if off is not None and abs(off.value) >= LEVEL_RIGHT and (off.low > 0 or off.high < 0):
        level: Level = "alarm" if abs(off.value) >= LEVEL_WRONG else "note"
        yield Finding(
            level=level,
            section="outcomes",
            about=found.model,
            text=f"the total foretold is {off.value:+.0%} [{off.low:+.0%}, {off.high:+.0%}] off what came in {_months(found)}",
            measure="total foretold over what came, less 1",
            figure=off.value,
            limit=LEVEL_WRONG if level == "alarm" else LEVEL_RIGHT,
            advice=f"order and lists stand, levels and bands do not: `lifecycle train {found.model}` on newer months",
        )


def _relative_level(found: ModelOutcomes) -> Figure | None:
    """Return by which part of what came the total foretold is off: a measure of amounts, or that of chances over the rate."""
    if "total_bias" in found.recent:
        return found.recent["total_bias"]
    error, rate = found.recent.get("level_error"), found.recent_happened / found.recent_rows
    return None if error is None else Figure(error.value / rate, error.low / rate, error.high / rate)


def _coverage(found: ModelOutcomes) -> Found:
    held = found.recent.get("interval_coverage")
    if held is not None and abs(held.value - COVERED) > COVERAGE_OFF and (held.high < COVERED or held.low > COVERED):
        yield Finding(
            level="note",
            section="outcomes",
            about=found.model,
            text=f"{percent(held.value)} of customers came to lie between the ends in {_months(found)}, not {percent(COVERED)}",
            measure="interval_coverage",
            figure=held.value,
            limit=COVERAGE_OFF,
            advice=f"read the ends as too {'narrow' if held.value < COVERED else 'wide'} until `lifecycle train {found.model}`",
        )


def findings_of_estimate(found: EstimatedPerformance, promised: Figure | None) -> Found:
    """Tell where the newest predictions should rank worse than training promised, even if the estimate errs as it did before."""
    auc, off = found.estimated.get("auc"), found.largest_error.get("auc")
    if auc is not None and off is not None and promised is not None and auc + off < promised.low:
        yield Finding(
            level="note",
            section="estimated",
            about=found.model,
            text=f"AUC {auc:.3f} is to be expected of the newest predictions, promised {_spelled(promised)}; such estimates were "
            f"off by {off:.3f} at most",
            measure="auc expected",
            figure=auc,
            limit=promised.low,
            advice="an estimate, no outcome: see what drifted, and wait for the month to mature",
        )


def _months(found: ModelOutcomes) -> str:
    first, last = found.recent_months[0], found.recent_months[-1]
    return first if first == last else f"{first} to {last}"


def _spelled(figure: Figure) -> str:
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"
