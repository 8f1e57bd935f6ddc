"""That customers count for the time they were in a stage, and what happened is told in the stage of its week."""

from __future__ import annotations

import numpy as np
import pytest

from features.times import DAY, WEEK, parse_time
from models.kpis.arithmetic.figures import Scale
from models.kpis.arithmetic.months import Period, whole_months
from models.kpis.arithmetic.observations import NEVER, Staged, observed
from models.kpis.subjects.movements import counts_at, moves_over
from models.kpis.subjects.presence import Standings, per_presence, presence

MONDAY = parse_time("2026-01-05")
MONDAYS = MONDAY + np.arange(8) * WEEK
JANUARY = whole_months(parse_time("2026-02-01"), 1)
LONG_AGO = MONDAY - 900 * DAY


def standings(*rows: list[int], joined: list[int] | None = None) -> Standings:
    """Build everybody's stages on eight Mondays and now."""
    moments = np.append(MONDAYS, MONDAYS[-1] + 2 * DAY)
    return Standings(moments, np.array(rows, np.int8), np.array(joined or [LONG_AGO] * len(rows)))


def test_what_happens_belongs_to_the_stage_of_its_week() -> None:
    where = standings([0, 0, 1, 1, 1, 1, 1, 1, 0])
    times = np.array([MONDAY, MONDAYS[2] - 1, MONDAYS[2], MONDAYS[-1] + DAY])

    assert where.at(np.zeros(4, np.int64), times).tolist() == [0, 0, 1, 1]


def test_who_was_first_seen_in_the_week_has_the_stage_of_the_next_look() -> None:
    where = standings([-1, -1, 1, 1, 0, 0, 0, 0, 0], [-1] * 8 + [1])

    assert where.at(np.array([0, 1]), np.array([MONDAYS[1] + DAY, MONDAYS[-1] + DAY])).tolist() == [1, 1]


def test_before_the_first_look_nobody_is_in_a_stage() -> None:
    assert standings([0] * 9).at(np.array([0]), np.array([MONDAY - 1])).tolist() == [-1]


def test_a_month_in_a_stage_is_all_its_days() -> None:
    there = presence(standings([0, 0, 1, 1, 1, 1, 1, 1, 1]), JANUARY)

    assert there.days.sum() == pytest.approx(31.0)
    assert dict(zip(there.stages.tolist(), there.days.tolist(), strict=True)) == pytest.approx({0: 15.5, 1: 15.5})


def test_prospects_are_not_there_and_who_joins_counts_from_then_on() -> None:
    joined = MONDAYS[1] + 5 * DAY

    there = presence(standings([0] * 9, [0] * 9, joined=[NEVER, joined]), JANUARY)

    assert set(there.customers.tolist()) == {1}
    assert there.days.sum() == pytest.approx(2.0 + 2 * 31 / 4)


def test_a_rate_is_what_happened_over_the_time_customers_were_there() -> None:
    there = presence(standings([0] * 9, [0] * 9), JANUARY)
    rows = Staged(np.zeros(3, np.int64), np.zeros(3, np.int8), np.full(3, MONDAY))

    found = per_presence(observed(rows, np.ones(3), scale=Scale(0, 1000)), there, unit_days=31.0).figure()

    assert (found.value, found.count, found.customers) == (pytest.approx(1.5), 3, 2)


def test_counts_by_stage_add_up_to_everybody_known() -> None:
    where = standings([0] * 9, [1] * 9, [-1] * 5 + [1] * 4)

    counts = counts_at(where, [MONDAYS[1], MONDAYS[6]], stages=2)

    assert counts.tolist() == [[1, 1], [1, 2]]


def test_moves_are_from_a_month_s_start_to_its_end() -> None:
    where = standings([0, 1, 0, 0, 1, 1, 1, 1, 1], [0] * 9, [-1] * 2 + [0] * 7)

    moves = moves_over(where, [Period(MONDAYS[0], MONDAYS[4])], stages=2)

    assert moves.counts.tolist() == [[1, 1], [0, 0]]
    assert moves.shares[0].tolist() == [0.5, 0.5]
    assert np.isnan(moves.shares[1]).all()
