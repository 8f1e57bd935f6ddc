"""What must hold of any list: its length, what a perfect order reaches, and that nobody is called twice within the rest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from features.reports.backtest import Terms
from features.times import DAY
from training.backtest.lead_time import Runs
from training.backtest.lists import Lists, by_customer, chance_called, chance_listed
from training.backtest.measured import measured, most_recall
from training.backtest.money import Calls

CHANCES = st.sampled_from([0.0, 0.25, 1 / 3, 1.0])
SCORES = arrays.arrays(np.float64, st.integers(1, 30), elements=st.sampled_from([0.0, 0.5, 1.0, np.nan]))


def lists_of(left: np.typing.NDArray[np.bool_], listed: np.typing.NDArray[np.float64]) -> Lists:
    """Build lists of everybody in every month, a row a customer, a column a month; who leaves does so 80 days after the last."""
    customers, months = listed.shape
    origins = tuple(int(month * 31 * DAY) for month in range(months))
    gone = np.where(left, origins[-1] + 80 * DAY, np.iinfo(np.int64).max)
    flat = np.repeat(np.arange(months), customers)
    within = np.tile(gone, months) < np.array(origins)[flat] + 90 * DAY
    return Lists(
        origins, flat, np.tile(np.arange(customers, dtype=np.int32), months), np.zeros(customers * months, np.intp), within,
        np.where(within, np.tile(gone, months), np.iinfo(np.int64).max), np.ones(customers * months), {"model": listed.T.ravel()},
    )  # fmt: skip


@given(SCORES, st.integers(1, 40))
def test_a_list_has_as_many_places_as_calls_or_customers(scores: np.typing.NDArray[np.float64], capacity: int) -> None:
    chance = chance_listed(scores, capacity)

    assert chance.sum() == pytest.approx(min(capacity, len(scores)))
    assert ((chance >= 0) & (chance <= 1)).all()


@given(SCORES, st.integers(1, 40))
def test_who_scores_higher_is_never_less_likely_listed(scores: np.typing.NDArray[np.float64], capacity: int) -> None:
    order = np.argsort(np.where(np.isnan(scores), -1.0, scores))

    assert (np.diff(chance_listed(scores, capacity)[order]) >= 0).all()


@given(arrays.arrays(np.bool_, st.integers(1, 30)), st.integers(1, 40))
def test_a_perfect_order_reaches_as_many_leavers_as_there_are_calls(left: np.typing.NDArray[np.bool_], capacity: int) -> None:
    lists = lists_of(left, chance_listed(left.astype(np.float64), capacity)[:, None])
    terms = Terms(capacity, 0.0, 0.0, 0.0, {}, None, "EUR")

    figures = measured(lists, Calls.of(lists, rest_days=90), terms=terms, seed=0)

    reached = min(1.0, capacity / left.sum()) if left.any() else None
    assert most_recall(lists, capacity) == (None if reached is None else pytest.approx(reached))
    if reached is not None:
        assert figures.methods["model"]["recall"].value == pytest.approx(reached)


@given(arrays.arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 6)), elements=CHANCES))
def test_nobody_is_called_more_than_once_within_the_rest(listed: np.typing.NDArray[np.float64]) -> None:
    lists = lists_of(np.zeros(len(listed), np.bool_), listed)

    called = by_customer(lists, chance_called(lists, "model", rest_days=90))

    assert (called <= listed + 1e-12).all()
    assert all((called[:, month : month + 3].sum(axis=1) <= 1 + 1e-12).all() for month in range(listed.shape[1]))


@given(arrays.arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 6)), elements=CHANCES))
def test_whoever_left_was_warned_dropped_or_never_listed(listed: np.typing.NDArray[np.float64]) -> None:
    lists = lists_of(np.ones(len(listed), np.bool_), listed)
    leaving = Lists(**{**vars(lists), "left_at": np.where(lists.left, lists.origins[-1] + 5 * DAY, lists.left_at)})

    runs = Runs.of(leaving, "model")

    assert np.allclose(runs.warned, listed[:, -1])
    assert (runs.warned + runs.never <= 1 + 1e-12).all()
    assert (runs.days[runs.chance > 0] > 0).all()
