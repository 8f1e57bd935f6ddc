"""Which grade did a contest earn: its tables, read as the evidence that `models.grades` judges."""

from __future__ import annotations

from collections.abc import Mapping

from models.grades import Beside, Evidence, Grade, grade
from training.contest import Contest
from training.gates.standards import STANDARDS
from training.measures.resamples import Estimate
from training.records.report import CHAMPION, CHOSEN


def grade_of(model: str, contest: Contest, *, customers: int) -> Grade:
    """Return the grade of the recipe that a contest chose, learned from so many customers, beside its named baselines."""
    return grade(
        Evidence(
            rows=contest.test_rows,
            happened=contest.test_positives,
            customers=customers,
            least=STANDARDS[model].least,
            beside=_beside(contest),
            level=level_of(contest.tables.pooled[CHOSEN], rows=contest.test_rows, happened=contest.test_positives),
        )
    )


def level_of(found: Mapping[str, Estimate], *, rows: int, happened: int) -> float | None:
    """Return how far the total foretold is off: a measure of amounts, or the level of chances as a share of what happened."""
    if "total_bias" in found:
        return found["total_bias"].value
    if "level_error" not in found or not happened:
        return None
    return found["level_error"].value * rows / happened


def _beside(contest: Contest) -> tuple[Beside, ...]:
    tables, measure = contest.tables, contest.main_measure
    baselines = [name for name in tables.differences if name != CHAMPION]
    names = sorted(baselines, key=lambda name: tables.pooled[name][measure].value)
    found = [(name, tables.differences[name][measure]) for name in names]
    return tuple(Beside(name, each.value, each.low, each.high) for name, each in found)
