"""What holds of every figure: rows come in any order, intervals hold their value, and parts add up to the whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.times import DAY
from models.kpis.arithmetic.figures import SHARE, Scale
from models.kpis.arithmetic.following import last_event, next_event
from models.kpis.arithmetic.observations import Observations, Staged, observed
from models.kpis.arithmetic.waits import Waits
from models.kpis.subjects.contracts import Cancellations, Contracts, Terms, due_contracts

ROWS = st.lists(st.tuples(st.integers(0, 8), st.integers(-1, 2), st.integers(0, 90), st.integers(0, 10)), min_size=1, max_size=60)


def observations(rows: list[tuple[int, int, int, int]], *, scale: Scale) -> Observations:
    customers, stages, days, amounts = (np.array(column) for column in zip(*rows, strict=True))
    values = amounts / 10 if scale.closed else amounts * 7.0
    return observed(Staged(customers, stages.astype(np.int8), days * DAY), values, scale=scale)


@given(rows=ROWS, scale=st.sampled_from([SHARE, Scale(0.0, 1e6)]), seed=st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(rows: list[tuple[int, int, int, int]], scale: Scale, seed: int) -> None:
    seen = observations(rows, scale=scale)
    shuffled = seen.where(np.random.default_rng(seed).permutation(len(seen)))

    for name in ("value", "low", "high", "count", "customers"):
        assert getattr(shuffled.figure(), name) == pytest.approx(getattr(seen.figure(), name), nan_ok=True)


@given(rows=ROWS, scale=st.sampled_from([SHARE, Scale(0.0, 1e6)]))
def test_an_interval_holds_its_value_and_stays_on_the_scale(rows: list[tuple[int, int, int, int]], scale: Scale) -> None:
    found = observations(rows, scale=scale).figure()

    if found.customers > 1:
        assert scale.lowest <= found.low <= found.value + 1e-9
        assert found.value - 1e-9 <= found.high <= scale.highest


@given(rows=ROWS)
def test_stages_and_months_add_up_to_the_whole(rows: list[tuple[int, int, int, int]]) -> None:
    seen = observations(rows, scale=SHARE)
    stages = [seen.of_stage(stage) for stage in (-1, 0, 1, 2)]
    months = [seen.within(30 * month * DAY, 30 * (month + 1) * DAY) for month in range(4)]

    assert sum(part.figure().count for part in stages) == sum(part.figure().count for part in months) == len(rows)
    assert sum(part.amounts.sum() for part in stages) == pytest.approx(seen.amounts.sum())


@given(rows=st.lists(st.tuples(st.integers(0, 200), st.booleans()), min_size=1, max_size=40), more=st.integers(1, 30))
def test_who_is_still_waiting_never_shortens_the_wait(rows: list[tuple[int, bool]], more: int) -> None:
    days, happened = np.array([float(day) for day, _ in rows]), np.array([each for _, each in rows])
    count = len(rows)
    waits = Waits(np.arange(count), np.zeros(count, np.int8), np.zeros(count, np.int64), days, happened)
    waiting = replace(waits.where(np.zeros(more, np.intp)), days=np.full(more, 500.0), happened=np.zeros(more, np.bool_))

    longer = Waits(**{name: np.concatenate([getattr(waits, name), getattr(waiting, name)]) for name in vars(waits)})

    assert longer.figure().value >= waits.figure().value


EVENTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20)), max_size=20)


@given(asked=EVENTS, events=EVENTS)
def test_the_next_and_the_last_event_are_those_found_by_looking(
    asked: list[tuple[int, int]], events: list[tuple[int, int]]
) -> None:
    columns = [np.array([row[place] for row in rows], np.int64) for rows in (asked, events) for place in (0, 1)]

    ahead = next_event(columns[0], columns[1], event_customers=columns[2], event_times=columns[3])
    behind = last_event(columns[0], columns[1], event_customers=columns[2], event_times=columns[3])

    for (customer, time), after, before in zip(asked, ahead, behind, strict=True):
        later = [when for whose, when in events if whose == customer and when >= time]
        earlier = [when for whose, when in events if whose == customer and when < time]
        assert (events[after][1] if after >= 0 else None) == min(later, default=None)
        assert (events[before][1] if before >= 0 else None) == max(earlier, default=None)


TERMS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 90), st.integers(1, 40), st.booleans()), max_size=20, unique=True)


@given(rows=TERMS, now=st.integers(1, 150))
def test_contracts_due_are_the_same_in_any_order_and_never_those_of_the_future(
    rows: list[tuple[int, int, int, bool]], now: int
) -> None:
    def due(terms: list[tuple[int, int, int, bool]]) -> set[tuple[int, ...]]:
        customers, starts, days = (np.array([row[place] for row in terms], np.int64) for place in range(3))
        nobody = Cancellations(np.zeros(0, np.int64), np.zeros(0, np.int64))
        bought = Terms(customers, starts, starts + days, np.array([row[3] for row in terms], np.bool_))
        found = due_contracts(Contracts(bought, nobody, 5), notice=10, as_of=now)
        assert (found.times < now).all()
        return set(zip(found.customers.tolist(), found.times.tolist(), found.renewed.tolist(), strict=True))

    once = {(row[0], row[1]): row for row in rows}  # two terms bought at one moment are told apart by nothing

    assert due(list(once.values())) == due(list(once.values())[::-1])
