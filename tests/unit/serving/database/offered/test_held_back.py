"""Which offers the expansion guard held back from whom, and what came of them once it let them through."""

from __future__ import annotations

import json
from dataclasses import replace

from sqlalchemy import Engine

from benchmarks.kept_decisions import CALL, DECIDED_AT, kept
from features.times import DAY
from serving.database import reading, writing
from serving.database.offered import decisions as store
from serving.database.offered import exposures
from serving.database.offered.held import HeldCase, held_between
from serving.deciding.progress import Report, progressed

UPGRADE = replace(CALL, offer_id="upgrade")
NOW = DECIDED_AT + 30 * DAY


def withheld(decision_id: str, *, gate: str = "expansion_guard", at: int = DECIDED_AT, customer_id: str = "c1"):
    made, _ = kept(decision_id, customer_id=customer_id, at=at)
    entries = [{"offer_id": "upgrade", "channel": None, "gate": gate, "rule": "hold", "found": ""}]
    return replace(made, document=json.dumps({"answer": {"withheld": entries}}).encode()), [CALL]


def keep(engine: Engine, *made) -> None:
    with writing(engine) as connection:
        store.keep(connection, made)


def tell(engine: Engine, decision_id: str, *told: str, at: int) -> None:
    for word in told:
        with writing(engine) as connection:
            (about,) = exposures.suggestions_of(connection, [decision_id])[decision_id]
            news = exposures.News(about, Report(word, at), progressed(about.progress, Report(word, at)))
            exposures.hear(connection, news, hearing=exposures.Hearing(at, None, None, is_late=False))


def held(engine: Engine) -> list[HeldCase]:
    return held_between(engine, "expansion_guard", since=DECIDED_AT - DAY, until=NOW)


def test_an_offer_held_back_twice_from_a_customer_is_one_case(engine: Engine) -> None:
    keep(engine, withheld("d1"), withheld("d2", at=DECIDED_AT + DAY), withheld("d3", customer_id="c2"))

    assert held(engine) == [HeldCase("c1", "upgrade", DECIDED_AT), HeldCase("c2", "upgrade", DECIDED_AT)]


def test_what_another_gate_withholds_is_not_held_by_the_guard(engine: Engine) -> None:
    keep(engine, withheld("d1", gate="contact_policy"), kept("d2"))

    assert held(engine) == []


def test_a_yes_after_the_guard_let_the_offer_through_is_told_with_its_time(engine: Engine) -> None:
    keep(engine, withheld("d1"), kept("d2", [UPGRADE], at=DECIDED_AT + 5 * DAY))
    tell(engine, "d2", "shown", at=DECIDED_AT + 6 * DAY)
    tell(engine, "d2", "accepted", at=DECIDED_AT + 7 * DAY)
    tell(engine, "d2", "fulfilled", at=DECIDED_AT + 9 * DAY)

    assert held(engine) == [HeldCase("c1", "upgrade", DECIDED_AT, DECIDED_AT + 6 * DAY, DECIDED_AT + 7 * DAY)]


def test_a_no_is_shown_and_not_accepted(engine: Engine) -> None:
    keep(engine, withheld("d1"), kept("d2", [UPGRADE], at=DECIDED_AT + 5 * DAY))
    tell(engine, "d2", "shown", "declined", at=DECIDED_AT + 6 * DAY)

    assert held(engine) == [HeldCase("c1", "upgrade", DECIDED_AT, DECIDED_AT + 6 * DAY, None)]


def test_what_was_accepted_before_it_was_held_back_came_not_later(engine: Engine) -> None:
    keep(engine, kept("d0", [UPGRADE], at=DECIDED_AT - DAY))
    tell(engine, "d0", "accepted", at=DECIDED_AT - DAY)
    keep(engine, withheld("d1"))

    assert held(engine) == [HeldCase("c1", "upgrade", DECIDED_AT)]


def test_nothing_is_told_of_whom_was_erased(engine: Engine) -> None:
    keep(engine, withheld("d1"), withheld("d2", customer_id="c2"))
    with writing(engine) as connection:
        store.erase_decisions(connection, "c1")

    assert [case.customer_id for case in held(engine)] == ["c2"]
    with reading(engine):
        assert held_between(engine, "expansion_guard", since=DECIDED_AT + 1, until=NOW) == []
