"""Who stands on a list, who is called of them, and who left before the next one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from training.backtest.lists import Lists, chance_called, chance_listed

Build = Callable[..., Lists]


def test_the_highest_scores_are_listed_and_who_has_none_comes_last() -> None:
    scores = np.array([0.2, np.nan, 0.9, 0.5])

    assert chance_listed(scores, 2).tolist() == [0, 0, 1, 1]
    assert chance_listed(scores, 4).tolist() == [1, 1, 1, 1]


def test_equal_scores_share_the_places_that_are_left() -> None:
    assert chance_listed(np.array([3.0, 1.0, 1.0, 1.0]), 2).tolist() == [1, 1 / 3, 1 / 3, 1 / 3]


def test_with_more_places_than_customers_everybody_is_listed() -> None:
    assert chance_listed(np.array([1.0, 2.0]), 100).tolist() == [1, 1]


def test_who_stays_on_the_list_is_called_once_a_horizon(make_lists: Build, make_life: Any) -> None:
    lists = make_lists([make_life()], {"model": [[1, 1, 1, 1, 1]]})

    # the first of January, and again on the first of April, which is 90 days later
    assert chance_called(lists, "model", rest_days=90).tolist() == [1, 0, 0, 1, 0]


def test_who_may_have_been_called_lately_may_be_called_by_the_rest_of_the_chance(make_lists: Build, make_life: Any) -> None:
    lists = make_lists([make_life()], {"at_random": [[0.5, 0.5, 0.5]]})

    assert chance_called(lists, "at_random", rest_days=90).tolist() == [0.5, 0.25, 0.125]


def test_each_departure_has_one_newest_list_before_it(make_lists: Build, make_life: Any) -> None:
    lists = make_lists([make_life(left_on=40), make_life(left_on=200), make_life()], {"model": [[0] * 3] * 3})

    before = lists.last_before_leaving

    assert list(zip(lists.customers[before].tolist(), lists.months[before].tolist(), strict=True)) == [(0, 1)]


def test_who_had_left_before_the_list_nobody_knowing_cannot_be_kept(make_lists: Build, make_life: Any) -> None:
    lists = make_lists([make_life(left_on=40)], {"model": [[1, 1]]})
    gone = np.array(lists.origins)

    assert lists.savable.tolist() == [True, True]
    assert Lists(**{**vars(lists), "left_at": gone}).savable.tolist() == [False, False]
