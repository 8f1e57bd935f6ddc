"""Within a day only whoever brought news is computed again, alone, and gets the row that computing everybody would give."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from benchmarks.leakage import AS_OF, random_rows
from features.catalogue import CATALOGUE
from features.contracts.sources import SOURCES
from features.engine.bucket import compute_bucket
from features.engine.fresh import changed_customers, compute_customers
from features.home import Home
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.times import DAY

NOW = AS_OF + 2 * DAY
CUSTOMERS = 40


def known_in(rows, begin, end):
    known_at = rows["known_at"].cast(pa.int64())
    return rows.filter(pc.and_(pc.greater_equal(known_at, begin), pc.less(known_at, end)))


def delivered(home, rows):
    receipt = Receipt(received_at=AS_OF + 100 * DAY, known_at="given", observed_until=dict.fromkeys(SOURCES, AS_OF))
    append(home, rows, receipt=receipt)
    return EventLog.open(home)


def everybody(log):
    buckets = [compute_bucket(log, CATALOGUE, as_ofs=[NOW], bucket=bucket) for bucket in range(log.manifest.buckets)]
    return {customer: row.tobytes() for each in buckets for customer, row in zip(each.ids.to_pylist(), each.rows[0], strict=True)}


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """The log before the day's news, their owners, and the log after."""
    random, home = np.random.default_rng(8), Home(tmp_path_factory.mktemp("fresh"))
    rows = {name: random_rows(source, random, customers=CUSTOMERS) for name, source in SOURCES.items()}
    before = delivered(home, {name: known_in(each, 0, AS_OF) for name, each in rows.items()})
    news = {name: known_in(each, AS_OF, NOW).slice(0, 4) for name, each in rows.items()}
    owners = {customer for each in news.values() for customer in each["customer_id"].to_pylist()}
    return before, owners, delivered(home, news)


def test_whoever_brought_news_is_found(day):
    _, owners, after = day

    assert set(changed_customers(after, since=AS_OF, until=NOW).to_pylist()) == owners
    assert 0 < len(owners) < CUSTOMERS
    assert len(changed_customers(after, since=NOW, until=NOW + DAY)) == 0
    by_source = [changed_customers(after, since=AS_OF, until=NOW, sources=[source]).to_pylist() for source in SOURCES]
    assert max(len(ids) for ids in by_source) <= 4 < len(owners) == len(set().union(*by_source))


def test_they_get_the_rows_that_computing_everybody_gives(day):
    _, _, after = day
    ids = changed_customers(after, since=AS_OF, until=NOW).to_pylist()

    found = compute_customers(after, CATALOGUE, ids=ids, as_ofs=[NOW])

    expected = everybody(after)
    assert found.ids.to_pylist() == ids
    assert [row.tobytes() for row in found.rows[0]] == [expected[customer] for customer in ids]


def test_everybody_else_has_the_row_of_before(day):
    before, owners, after = day
    was, now = everybody(before), everybody(after)

    assert {customer for customer in now if now[customer] != was.get(customer)} <= owners
    assert any(now[customer] != was.get(customer) for customer in owners)


def test_a_stranger_is_there_and_is_no_customer(day):
    found = compute_customers(day[2], CATALOGUE, ids=["nobody", "c0001"], as_ofs=[AS_OF, NOW])

    assert found.ids.to_pylist() == ["c0001", "nobody"]
    assert found.is_customer[:, 1].tolist() == [False, False]
    assert found.rows[1, 1, CATALOGUE.names.index("usage_count_lifetime")] == 0


def test_nobody_asked_for_is_nobody(day):
    assert len(compute_customers(day[2], CATALOGUE, ids=[], as_ofs=[NOW]).ids) == 0
