"""Which horizons a history is long enough for."""

from __future__ import annotations

import pytest

from features.times import DAY, month_starts, parse_time
from training.questions.value.horizons import _folds

FIRST = parse_time("2025-01-01")


@pytest.mark.parametrize(
    ("history_days", "horizon", "folds"), [(365, 90, 5), (180, 90, 0), (365, 180, 0), (150, 30, 2), (800, 90, 6)]
)
def test_a_horizon_needs_moments_with_older_ones_closed_by_then(history_days: int, horizon: int, folds: int) -> None:
    until = FIRST + history_days * DAY

    assert _folds(month_starts(FIRST, until), until=until, days=horizon) == folds
