"""From when on a method warned of those who left, without a break."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from features.reports.backtest import LeadTime
from training.backtest.lead_time import Runs, lead_time
from training.backtest.lists import Lists

Build = Callable[..., Lists]


def lead_of(lists: Lists, method: str = "model") -> LeadTime:
    found = lead_time(Runs.of(lists, method), seed=0)
    assert found is not None
    return found


def test_the_lead_time_runs_from_the_first_month_of_the_unbroken_run(make_lists: Build, make_life: Any) -> None:
    lists = make_lists([make_life(left_on=100)], {"model": [[1, 0, 1, 1]]})

    lead = lead_of(lists)

    assert lead.median_days is not None
    assert lead.median_days.value == 100 - 59  # from the first of March
    assert (lead.warned.value, lead.dropped, lead.never) == (1.0, 0.0, 0.0)


def test_who_was_dropped_again_was_not_warned_and_who_was_never_listed_is_counted(make_lists: Build, make_life: Any) -> None:
    lives = [make_life(left_on=100), make_life(left_on=100), make_life(left_on=100), make_life()]

    lead = lead_of(make_lists(lives, {"model": [[1, 1, 1, 0], [0, 0, 0, 0], [0, 0, 0, 1], [1, 1, 1, 1]]}))

    assert lead.leavers == 3
    assert (lead.warned.value, lead.dropped, lead.never) == pytest.approx((1 / 3, 1 / 3, 1 / 3))


def test_lists_after_leaving_count_for_nothing(make_lists: Build, make_life: Any) -> None:
    lists = make_lists([make_life(left_on=40)], {"model": [[0, 1, 1, 1]]})

    assert lead_of(lists).median_days.value == 40 - 31  # type: ignore[union-attr]


def test_a_list_drawn_by_lot_warns_by_chance(make_lists: Build, make_life: Any) -> None:
    lists = make_lists([make_life(left_on=70)], {"at_random": [[0.5, 0.5, 0.5]]})

    lead = lead_of(lists, "at_random")

    assert lead.warned.value == 0.5
    assert lead.never == 0.125
    assert lead.at_least["30"] == 0.25  # listed on the first of March and of February
    assert lead.at_least["60"] == 0.125


def test_a_run_that_began_with_the_walk_may_be_longer_than_seen(make_lists: Build, make_life: Any) -> None:
    lives = [make_life(left_on=100), make_life(left_on=100)]

    assert lead_of(make_lists(lives, {"model": [[1, 1, 1, 1], [0, 1, 1, 1]]})).cut_short == 0.5


def test_where_nobody_left_there_is_no_lead_time(make_lists: Build, make_life: Any) -> None:
    assert lead_time(Runs.of(make_lists([make_life()], {"model": [[1, 1]]}), "model"), seed=0) is None


def test_lead_times_are_told_by_the_stage_stood_in_before_leaving(make_lists: Build, make_life: Any) -> None:
    lists = make_lists([make_life(left_on=40), make_life(left_on=40, stage=1)], {"model": [[1, 1], [0, 0]]})

    runs = Runs.of(lists, "model")

    assert [runs.of_stage(stage).warned.tolist() for stage in (0, 1)] == [[1.0], [0.0]]
