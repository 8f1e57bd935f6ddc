"""What is read of one customer for a page: what the log and the inbox say together, use as times alone."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks.live_states import AS_OF
from features.times import DAY, HOUR
from serving.door.problems import Erased
from serving.history.glance import Glance

NOW = AS_OF + DAY


def look(past, customer_id: str = "c1") -> Glance:
    return asyncio.run(past.service.glances.look(customer_id, as_of=AS_OF, now=NOW))


def use(event_id: str, at: int, *, known_at: int | None = None) -> dict:
    known = at if known_at is None else known_at
    return {"customer_id": "c1", "event_id": event_id, "occurred_at": at, "known_at": known, "feature": "api"}


def ticket(ticket_id: str, at: int, **cells) -> dict:
    return {"customer_id": "c1", "ticket_id": ticket_id, "opened_at": at, "known_at": at, **cells}


def test_uses_of_log_and_inbox_are_counted_once(past):
    past.log("usage", use("u2", AS_OF - HOUR), use("u1", AS_OF - DAY))
    past.tell("usage", **use("u2", AS_OF - HOUR))
    past.tell("usage", **use("u3", AS_OF + HOUR))

    assert look(past).uses.tolist() == [AS_OF - DAY, AS_OF - HOUR, AS_OF + HOUR]


def test_a_use_that_was_corrected_counts_when_it_really_was(past):
    past.log("usage", use("u1", AS_OF - DAY), use("u1", AS_OF - 2 * DAY, known_at=AS_OF - HOUR))

    assert look(past).uses.tolist() == [AS_OF - 2 * DAY]


def test_what_was_told_since_the_log_was_written_is_seen(past):
    past.log("tickets", ticket("t1", AS_OF - DAY))
    before = look(past)
    past.tell("tickets", **ticket("t2", AS_OF + HOUR))

    assert [thing.id for thing in look(past).things] == ["t2", *(thing.id for thing in before.things)]


def test_a_log_that_says_more_is_read_anew(past):
    past.log("tickets", ticket("t1", AS_OF - DAY))
    look(past)
    past.log("tickets", ticket("t3", AS_OF - HOUR))

    assert [thing.id for thing in look(past).of("tickets")] == ["t3", "t1"]


def test_only_what_the_prediction_did_not_know_is_waiting(past):
    past.log("tickets", ticket("t1", AS_OF - DAY))
    past.tell("tickets", **ticket("t2", AS_OF + HOUR))
    past.tell("usage", **use("u1", AS_OF + 2 * HOUR))

    assert look(past).waiting == 2


def test_each_source_says_how_far_it_was_observed(past):
    past.log("tickets", ticket("t1", AS_OF - DAY))

    assert look(past).observed == {"tickets": NOW}


def test_the_past_of_who_was_erased_is_not_looked_at(past):
    past.log("tickets", ticket("t1", AS_OF - DAY))
    past.erase("c1")

    with pytest.raises(Erased):
        look(past)
