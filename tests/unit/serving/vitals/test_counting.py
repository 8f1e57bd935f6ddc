from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram, generate_latest

from serving.vitals.counting import Tally, Uncounted


@given(st.lists(st.integers(0, 12).map(float)))
def test_many_observations_at_once_count_as_one_after_another(amounts):
    at_once, one_by_one = CollectorRegistry(), CollectorRegistry()
    tally = Tally("seconds", "said", ["route"], buckets=(1, 5, 10), registry=at_once)
    histogram = Histogram("seconds", "said", ["route"], buckets=(1, 5, 10), registry=one_by_one)

    tally.labels("a").add(amounts)
    for amount in amounts:
        histogram.labels("a").observe(amount)

    said = [[line for line in generate_latest(each).splitlines() if b"_created" not in line] for each in (at_once, one_by_one)]
    assert [line for line in said[0] if line] == [line for line in said[1] if line] or not amounts


def test_what_was_taken_is_not_there_any_more():
    waiting: Uncounted[str] = Uncounted()
    for series, amount in (("a", 1.0), ("b", 2.0), ("a", 3.0)):
        waiting.leave(series, amount)

    assert [waiting.taken(), waiting.taken()] == [{"a": [1.0, 3.0], "b": [2.0]}, {}]
