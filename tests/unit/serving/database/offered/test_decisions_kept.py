from __future__ import annotations

import threading

import pytest
from sqlalchemy import Engine

from benchmarks.kept_decisions import CALL, DECIDED_AT, GIFT, NOTHING_AT_ALL, kept
from features.times import DAY
from serving.database import reading, writing
from serving.database.offered import decisions as store
from serving.database.offered import exposures
from serving.deciding.progress import Progress, Report, progressed


def keep(engine: Engine, *made) -> None:
    with writing(engine) as connection:
        store.keep(connection, made)


def tell(engine: Engine, decision_id: str, rank: int, *told: str, at: int = DECIDED_AT) -> None:
    for word in told:
        with writing(engine) as connection:
            about = exposures.suggestions_of(connection, [decision_id])[decision_id][rank - 1]
            report, hearing = Report(word, at, "why"), exposures.Hearing(at + 5, "agent-2", "key-2", False)
            news = exposures.News(about, report, progressed(about.progress, report))
            exposures.hear(connection, news, hearing=hearing)


def test_a_decision_is_found_again_as_it_was_kept(engine: Engine) -> None:
    made, slots = kept("d1")
    keep(engine, (made, slots))

    with reading(engine) as connection:
        found = exposures.suggestions_of(connection, ["d1"])["d1"]

        assert store.decision_of(connection, "d1") == made
    assert [one.slot for one in found] == [CALL, GIFT]
    assert [one.exposure_id for one in found] == ["d1/1", "d1/2"]
    assert {one.progress for one in found} == {Progress(DECIDED_AT)}


def test_the_newest_of_each_window_is_found(engine: Engine) -> None:
    keep(engine, kept("d1"), kept("d2"), kept("d3", customer_id="c2"))

    with reading(engine) as connection:
        newest = store.newest_of(connection, [("c1", ""), ("c2", ""), ("c1", "renewal"), ("c9", "")])

    assert {window: made.id for window, made in newest.items()} == {("c1", ""): "d2", ("c2", ""): "d3"}


def test_a_decision_nobody_made_is_unknown(engine: Engine) -> None:
    with reading(engine) as connection, pytest.raises(store.UnknownDecision):
        store.decision_of(connection, "d9")


def test_what_was_told_changes_the_slot_it_was_told_about_alone(engine: Engine) -> None:
    keep(engine, kept("d1"))

    tell(engine, "d1", 1, "shown", "declined")

    with reading(engine) as connection:
        first, second = exposures.suggestions_of(connection, ["d1"])["d1"]
        assert exposures.last_heard(connection, first) == DECIDED_AT + 5
        assert exposures.last_heard(connection, second) is None
    heard = frozenset({"shown", "declined"})
    assert first.progress == Progress(DECIDED_AT, DECIDED_AT, "declined", DECIDED_AT, "why", heard)
    assert second.progress == Progress(DECIDED_AT)


def test_only_what_was_shown_or_answered_lately_is_a_contact(engine: Engine) -> None:
    keep(engine, kept("old", at=DECIDED_AT - 9 * DAY), kept("d1"), kept("d2", [NOTHING_AT_ALL]), kept("d3", customer_id="c2"))
    tell(engine, "old", 1, "shown", at=DECIDED_AT - 9 * DAY)
    tell(engine, "d1", 2, "shown")

    with reading(engine) as connection:
        found = exposures.shown_to(connection, ["c1", "c2"], since=DECIDED_AT - DAY)

    assert {customer: [one.exposure_id for one in shown] for customer, shown in found.items()} == {"c1": ["d1/2"], "c2": []}


def test_an_erased_decision_leaves_nothing_but_the_word_that_it_was(engine: Engine) -> None:
    keep(engine, kept("d1"), kept("d2"), kept("d3", customer_id="c2"))
    tell(engine, "d1", 1, "shown")

    with writing(engine) as connection:
        assert store.erase_decisions(connection, "c1") == 2

    with reading(engine) as connection:
        with pytest.raises(store.DecisionErased):
            store.decision_of(connection, "d1")
        assert exposures.suggestions_of(connection, ["d1"]) == {"d1": []}
        assert store.newest_of(connection, [("c1", "")]) == {}
        assert store.decision_of(connection, "d3").customer_id == "c2"


def test_two_who_hold_the_same_customers_in_turn_never_wait_for_each_other(engine: Engine) -> None:
    ended = []

    def hold(customers: list[str]) -> None:
        for _ in range(20):
            with writing(engine) as connection:
                store.hold_customers(connection, customers)
        ended.append(customers)

    threads = [threading.Thread(target=hold, args=(customers,)) for customers in (["a", "b", "c"], ["c", "b", "a"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ended) == 2
