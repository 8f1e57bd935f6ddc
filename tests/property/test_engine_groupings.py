"""A row of features is the same however customers and moments are grouped, and wherever the machine stands."""

from __future__ import annotations

import time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.leakage import AS_OF, random_rows, stored
from features.catalogue import CATALOGUE
from features.contracts.sources import SOURCES
from features.engine.arrow import arrow_of
from features.engine.bucket import compute_tables
from features.times import DAY, HOUR, parse_time

MOMENTS = [AS_OF + hours * HOUR for hours in range(-9_000, 1_000, 173)] + [AS_OF, AS_OF - 30 * DAY]
ZONES = ["UTC", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Apia"]
USED = [load.source for load in CATALOGUE.compiled.loads]


def tables(customers, seed):
    random = np.random.default_rng(seed)
    return {name: stored(SOURCES[name], random_rows(SOURCES[name], random, customers=customers)) for name in USED}


@pytest.fixture
def stand_in(monkeypatch):
    """Move the machine into a time zone, until the test is over."""

    def stand(zone):
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield stand
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(scope="module")
def history():
    return tables(60, seed=21)


@pytest.fixture(scope="module")
def together(history):
    return compute_tables(CATALOGUE, history, as_ofs=MOMENTS)


@settings(max_examples=25)
@given(st.data())
def test_some_customers_at_some_moments_have_the_rows_of_all_at_all(history, together, data):
    people = sorted(data.draw(st.sets(st.integers(0, len(together.ids) - 1), min_size=1)))
    moments = data.draw(st.lists(st.integers(0, len(MOMENTS) - 1), min_size=1, max_size=9))
    ids = together.ids.take(arrow_of(np.array(people)))
    own = {name: rows.filter(pc.is_in(rows["customer_id"], value_set=ids)) for name, rows in history.items()}

    apart = compute_tables(CATALOGUE, own, as_ofs=[MOMENTS[moment] for moment in moments])

    assert apart.ids.equals(ids)
    assert apart.rows.tobytes() == together.rows[moments][:, people].tobytes()
    assert apart.is_customer.tolist() == together.is_customer[moments][:, people].tolist()


def test_there_is_one_zero_and_one_missing(together):
    cells = together.rows.view(np.uint32)[np.isnan(together.rows) | (together.rows == 0)]

    assert set(np.unique(cells).tolist()) == {0, np.float32(np.nan).view(np.uint32).item()}


def test_days_are_utc_days_in_every_zone(stand_in):
    rows = tables(20, seed=22)
    asked = [AS_OF + hours * HOUR for hours in range(-72, 48, 5)]

    found = set()
    for zone in ZONES:
        stand_in(zone)
        found.add(compute_tables(CATALOGUE, rows, as_ofs=asked).rows.tobytes())

    assert len(found) == 1


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day", ["2011-12-30", "2018-11-04", "2024-02-29", "1999-12-31"])
def test_a_use_an_hour_makes_one_day_of_a_utc_day(zone, day, stand_in):
    stand_in(zone)
    begin = parse_time(day)
    rows = uses([begin + hour * HOUR for hour in range(24)])

    days = compute_tables(CATALOGUE.only(["usage_active_days_30d"]), {"usage": rows}, as_ofs=[begin + DAY, begin + DAY + 1])

    assert days.rows.ravel().tolist() == [1, 1]


def uses(times):
    moments = arrow_of(np.array(times)).cast(pa.timestamp("us", "UTC"))
    return pa.table({"customer_id": pa.array(["c1"] * len(times)), "occurred_at": moments, "known_at": moments})
