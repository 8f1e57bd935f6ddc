"""MAY THIS CANDIDATE GO LIVE: every gate answers in figures, passed, held for a person to look at, or refused."""

from training.gates.groups import four_fifths, level_by_group
from training.gates.recipe import (
    better_than_baselines,
    better_than_least,
    enough_data,
    not_worse_than_champion,
    plausible,
    stable,
)
from training.gates.result import GateResult, PromotionRefused, Verdict, blocked
from training.records.report import TrainingReport

__all__ = ["GateResult", "PromotionRefused", "Verdict", "blocked", "report_gates"]

_OF_THE_REPORT = (
    enough_data,
    better_than_least,
    better_than_baselines,
    not_worse_than_champion,
    stable,
    level_by_group,
    four_fifths,
    plausible,
)


def report_gates(report: TrainingReport) -> list[GateResult]:
    """Return what the report alone can decide; pure, the same report gives the same verdicts."""
    return [gate(report) for gate in _OF_THE_REPORT]
