import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.quality.counting.stretches import empty_runs, level_changes, raised, segments, unusual

SEEDS = st.integers(0, 2**32 - 1)


def none(weeks: int) -> np.ndarray:
    return np.zeros(weeks, np.bool_)


def test_a_shop_closed_on_sundays_has_no_gap() -> None:
    counts = np.tile([40, 50, 45, 60, 80, 90, 0], 30)

    assert empty_runs(counts) == []


def test_a_closed_monday_is_a_gap_where_mondays_are_busy() -> None:
    counts = np.tile([40, 50, 45, 60, 80, 90, 0], 30)
    counts[70] = 0

    (run,) = empty_runs(counts)

    assert (run.begin, run.end, run.expected) == (69, 71, 40.0)


def test_a_load_of_everything_on_one_day_is_followed_by_no_gap() -> None:
    counts = np.zeros(300, np.int64)
    counts[0] = 5_000

    assert empty_runs(counts) == []


@settings(max_examples=60, derandomize=True)  # one history in thousands does hold a gap by chance
@given(seed=SEEDS, rate=st.floats(0.02, 30), scatter=st.floats(0.05, 3))
def test_chance_alone_makes_no_gap(seed: int, rate: float, scatter: float) -> None:
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.gamma(1 / scatter, rate * scatter, 700))

    assert empty_runs(counts) == []


@settings(max_examples=40, derandomize=True)
@given(seed=SEEDS, rate=st.floats(3, 3_000), days=st.integers(10, 30), begin=st.integers(60, 400))
def test_lost_days_of_a_busy_source_are_found_to_the_day(seed: int, rate: float, days: int, begin: int) -> None:
    counts = np.random.default_rng(seed).poisson(rate, 500) + 1
    counts[begin : begin + days] = 0

    (run,) = empty_runs(counts)

    assert (run.begin, run.end) == (begin, begin + days)


@pytest.mark.parametrize(("factor", "found"), [(0.4, True), (0.7, False), (1.5, False), (2.5, True)])
def test_only_halving_and_doubling_are_changes_of_level(factor: float, found: bool) -> None:
    weeks = np.array([200] * 30 + [round(200 * factor)] * 20)

    changes = level_changes(weeks, without=none(50))

    assert [change.week for change in changes] == [30] * found


def test_one_holiday_week_and_steady_growth_are_no_changes_of_level() -> None:
    weeks = (100 * 1.02 ** np.arange(120)).astype(np.int64)
    weeks[60] = 5

    assert level_changes(weeks, without=none(120)) == []


def test_weeks_of_a_gap_are_not_told_again_as_a_change_of_level() -> None:
    weeks = np.array([200] * 30 + [0] * 4 + [200] * 16)

    assert level_changes(weeks, without=weeks == 0) == []


@settings(max_examples=50, derandomize=True)
@given(seed=SEEDS, share=st.floats(0, 1), rows=st.integers(1, 400))
def test_chance_alone_makes_no_step(seed: int, share: float, rows: int) -> None:
    missing = np.random.default_rng(seed).binomial(rows, share, 150) / rows

    assert len(segments(missing, np.full(150, float(rows)), jump=0.2)) == 1


@settings(max_examples=50, derandomize=True)
@given(seed=SEEDS, begin=st.integers(10, 130), low=st.floats(0, 0.3), rise=st.floats(0.3, 0.7))
def test_a_step_is_found_at_its_week(seed: int, begin: int, low: float, rise: float) -> None:
    shares = np.where(np.arange(150) < begin, low, low + rise)
    seen = np.random.default_rng(seed).binomial(2_000, shares) / 2_000

    parts = segments(seen, np.full(150, 2_000.0), jump=0.2)

    assert [(part.begin, part.end) for part in parts] == [(0, begin), (begin, 150)]


def test_a_raised_stretch_lies_above_both_its_sides() -> None:
    parts = segments(np.array([0.1] * 9 + [0.9] * 3 + [0.1] * 9), np.full(21, 500.0), jump=0.2)

    assert [(part.begin, part.end, round(beside, 2)) for part, beside in raised(parts)] == [(9, 12, 0.1)]


def test_unusual_is_whatever_is_not_the_level_of_most_rows() -> None:
    parts = segments(np.array([0.0] * 5 + [6.0] * 30), np.full(35, 500.0), jump=2.0)

    assert [(part.begin, part.end, beside) for part, beside in unusual(parts)] == [(0, 5, 6.0)]
    assert unusual(parts[:1]) == []
