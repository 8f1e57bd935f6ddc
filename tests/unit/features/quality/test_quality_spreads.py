import numpy as np
import pandas as pd
import pytest

from features.quality.spreads import compared_snapshots, describe_snapshot, feature_shift, feature_spread
from features.quality.verdict import findings_of_snapshots
from features.snapshot import Provenance, Snapshot, write_snapshot
from features.times import DAY, parse_time

NOW = parse_time("2026-01-01")


def stored(home, days_ago: int, values: np.ndarray, signature: str = "s") -> Snapshot:
    frame = pd.DataFrame({"tenure_days": values, "usage_count_30d": 1.0}, index=[f"c{one:04d}" for one in range(len(values))])
    provenance = Provenance(NOW - days_ago * DAY, "log", 1, signature, {})
    return write_snapshot(home, frame, provenance=provenance)


def test_a_spread_counts_the_missing_apart() -> None:
    spread = feature_spread("margin", np.array([np.nan, 0.0, 1.0, 3.0]))

    assert (spread.missing_share, spread.median, sum(spread.bars)) == (0.25, 1.0, 3)
    assert spread.zero_share == pytest.approx(1 / 3, rel=1e-5)


def test_a_feature_nobody_has_has_no_figures() -> None:
    spread = feature_spread("margin", np.full(3, np.nan))

    assert (spread.missing_share, spread.mean, spread.constant) == (1.0, None, False)


def test_only_what_is_equal_for_everybody_is_constant() -> None:
    assert feature_spread("a", np.ones(3)).constant
    assert not feature_spread("a", np.array([1.0, 1.0, np.nan])).constant


def test_half_a_standard_deviation_is_found_among_a_thousand_customers() -> None:
    rng = np.random.default_rng(1)
    shift = feature_shift("margin", rng.standard_normal(1_000), after=rng.standard_normal(1_000) + 0.5)

    assert shift.psi > 0.2 > shift.noise
    assert shift.moved == pytest.approx(0.5, abs=0.15)


def test_chance_alone_stays_below_the_noise() -> None:
    rng = np.random.default_rng(1)
    shifts = [feature_shift("a", rng.standard_normal(300), after=rng.standard_normal(300)) for _ in range(500)]

    assert not [shift for shift in shifts if shift.psi > shift.noise]


def test_becoming_missing_is_a_move() -> None:
    values = np.arange(1_000.0)

    shift = feature_shift("a", values, after=np.where(values < 400, np.nan, values))

    assert (shift.missing_before, shift.missing_after) == (0.0, 0.4)
    assert shift.psi > 0.25


def test_snapshots_of_the_same_features_a_month_a_quarter_and_a_year_older_are_compared(home) -> None:
    for days in (0, 7, 31, 60, 92, 366):
        stored(home, days, np.arange(10.0))
    stored(home, 30, np.arange(10.0), signature="other")

    assert [(NOW - one.as_of) // DAY for one in compared_snapshots(home)] == [0, 31, 92, 366]


def test_no_snapshot_is_no_fault(home) -> None:
    assert compared_snapshots(home) == []


def test_what_moved_since_the_snapshot_before_is_told(home) -> None:
    newest, older = stored(home, 0, np.arange(500.0) + 400), stored(home, 31, np.arange(500.0))

    described = [describe_snapshot(one, newest=newest) for one in (newest, older)]
    (found,) = findings_of_snapshots(described)

    assert described[0].shifts == []
    assert found.text.startswith("1 feature of 2 moved since 2025-12-01: tenure_days (")
    assert found.level == "look"
