"""Feedback in a few words: who said yes to how many of how many."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from features.times import DAY, HOUR
from training.feedback import Feedback

DECIDED = 1000 * DAY
KNOWN = DECIDED + 2 * HOUR


def said(answers: Mapping[str, tuple[int, int]]) -> Feedback:
    """Return the feedback of sources, each with its count of yes and of no."""
    counts = [count for pair in answers.values() for count in pair]
    rows = sum(counts)
    sources = np.repeat(np.array([source for source in answers for _ in range(2)], dtype=np.str_), counts)
    yes = np.repeat(np.array([True, False] * len(answers), dtype=np.bool_), counts)
    shown, answered, known = (np.full(rows, DECIDED + hours * HOUR, dtype=np.int64) for hours in (0, 1, 2))
    return Feedback(sources, yes, np.full(rows, DECIDED, np.int64), shown, answered, known, np.zeros(rows, np.int64))


@pytest.fixture
def feedback() -> Callable[[Mapping[str, tuple[int, int]]], Feedback]:
    return said
