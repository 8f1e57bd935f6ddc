"""Which past moments a recipe is graded on, and that none of them learned from a label still open."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.times import DAY, month_starts, parse_time
from training.folds import HistoryTooShort, Origins, walk_forward_folds

MONTHS = np.array(month_starts(parse_time("2023-01-01"), parse_time("2025-12-01")))


def test_every_label_learned_from_was_closed_at_the_origin() -> None:
    as_ofs = np.repeat(MONTHS, 3)

    for fold in walk_forward_folds(as_ofs, gap_days=104):
        assert (as_ofs[fold.train] + 104 * DAY <= fold.origin).all()
        assert (as_ofs[fold.test] == fold.origin).all()
        assert len(fold.test) == 3


def test_origins_cover_the_last_year_evenly_and_end_with_the_newest() -> None:
    origins = [fold.origin for fold in walk_forward_folds(MONTHS, gap_days=90)]

    assert origins == MONTHS[25::2].tolist()


def test_a_walk_month_by_month_asks_at_every_one_of_the_last_months_asked_for() -> None:
    months = MONTHS[-9:]

    assert [fold.origin for fold in walk_forward_folds(MONTHS, gap_days=90, origins=Origins.every(9))] == months.tolist()


def test_a_short_history_uses_every_origin_it_has() -> None:
    year = MONTHS[:9]

    assert [fold.origin for fold in walk_forward_folds(year, gap_days=90)] == year[5:].tolist()


def test_a_history_with_no_origin_is_refused_saying_what_was_found() -> None:
    with pytest.raises(HistoryTooShort, match="found 4 from 2023-01-01T00:00:00Z to 2023-04-01T00:00:00Z"):
        walk_forward_folds(MONTHS[:4], gap_days=90)
    with pytest.raises(HistoryTooShort, match="found none"):
        walk_forward_folds(MONTHS[:0], gap_days=90)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=60), st.integers(1, 200), st.integers(1, 8))
def test_no_fold_ever_sees_past_its_origin(days: list[int], gap: int, most: int) -> None:
    as_ofs = np.array(days, dtype=np.int64) * DAY
    try:
        folds = walk_forward_folds(as_ofs, gap_days=gap, origins=Origins(most=most))
    except HistoryTooShort:
        return

    assert len(folds) <= most
    assert all(as_ofs[fold.train].max() + gap * DAY <= fold.origin for fold in folds)
