"""What did the chances of each past moment let expect, if they were right: told in training beside what came."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from models.rows import FloatArray
from training.contest import Answered
from training.records.report import CHOSEN, Finding

ESTIMATED = "estimated"
"""The table of a training report that holds them, a line a past moment."""


def estimated_findings(folds: Sequence[Answered], expected: Callable[[FloatArray], dict[str, float]]) -> list[Finding]:
    """Return a line a fold: its origin, and the measures to be expected of the recipe's answers."""
    return [{"origin": fold.origin, **expected(fold.answers[CHOSEN])} for fold in folds]
