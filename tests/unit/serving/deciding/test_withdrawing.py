from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest

from features.log.store import EventLog
from features.times import HOUR, SECOND
from serving.background.into_log.drain import drain
from serving.database import reading, writing
from serving.database.offered.decisions import erase_decisions
from serving.database.offered.words import words_since
from serving.database.tables import outcomes
from serving.deciding.hearing import Message, Teller, heard
from serving.deciding.withdrawing import LaterWordStands, NotYourWord, TooLateToWithdraw, UnknownWord, withdrawn
from training.decided import read_decisions


@dataclass(frozen=True)
class Agent:
    """Somebody who tells what became of offers, and takes it back."""

    desk: object
    name: str = "ana"

    def tell(self, decision: dict, word: str, *, rank: int = 1) -> int:
        message = Message(decision["offers"][rank - 1]["offer_id"], word)
        with writing(self.desk.service.engine) as connection:
            heard(connection, decision["decision_id"], message, teller=self.teller)
        return newest(self.desk)

    def undo(self, number: int) -> None:
        with writing(self.desk.service.engine) as connection:
            withdrawn(connection, number, teller=self.teller)

    @property
    def teller(self) -> Teller:
        return Teller(lambda: self.desk.now, self.name, f"person:{self.name}")


def newest(desk) -> int:
    return rows(desk)[-1].sequence


def rows(desk) -> list:
    with reading(desk.service.engine) as connection:
        return connection.execute(outcomes.select().order_by(outcomes.c.sequence)).all()


def states(desk, decision: dict) -> list[str]:
    return [offer["state"] for offer in desk.get(decision)["offers"]]


@pytest.mark.parametrize("word", ["shown", "skipped", "accepted", "declined"])
def test_a_word_taken_back_is_as_if_it_had_not_been_told(desk_at, word):
    decision, ana = desk_at.decide(), Agent(desk_at)
    before = desk_at.get(decision)["offers"]

    ana.undo(ana.tell(decision, word))

    assert desk_at.get(decision)["offers"] == before
    assert [row.told for row in rows(desk_at)] == [word, "withdrawn"]
    assert ana.tell(decision, "declined") > 0


def test_what_was_told_before_stands_again(desk):
    decision, ana = desk.decide(), Agent(desk)
    ana.tell(decision, "shown")
    shown_at = desk.get(decision)["offers"][0]["shown_at"]
    desk.now += HOUR

    ana.undo(ana.tell(decision, "accepted"))

    first = desk.get(decision)["offers"][0]
    assert (first["state"], first["shown_at"]) == ("shown", shown_at)


def test_a_word_can_be_taken_back_for_a_minute(desk):
    decision, ana = desk.decide(), Agent(desk)
    told = ana.tell(decision, "accepted")
    received = rows(desk)[-1].received_at

    desk.now = received + 60 * SECOND + 1
    with pytest.raises(TooLateToWithdraw):
        ana.undo(told)
    desk.now = received + 60 * SECOND
    ana.undo(told)

    assert states(desk, decision)[0] == "suggested"


def test_only_who_told_it_takes_it_back(desk):
    decision = desk.decide()
    told = Agent(desk).tell(decision, "accepted")

    with pytest.raises(NotYourWord):
        Agent(desk, "bob").undo(told)

    assert states(desk, decision)[0] == "accepted"


def test_what_rests_on_a_word_is_taken_back_first(desk):
    decision, ana = desk.decide(), Agent(desk)
    accepted = ana.tell(decision, "accepted")
    fulfilled = ana.tell(decision, "fulfilled")

    with pytest.raises(LaterWordStands):
        ana.undo(accepted)
    ana.undo(fulfilled)
    ana.undo(accepted)

    assert states(desk, decision)[0] == "suggested"


def test_to_take_back_twice_takes_back_once(desk_at):
    decision, ana = desk_at.decide(), Agent(desk_at)
    told, together = ana.tell(decision, "accepted"), threading.Barrier(4)

    def undo() -> None:
        together.wait(10)
        ana.undo(told)

    threads = [threading.Thread(target=undo) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [row.told for row in rows(desk_at)] == ["accepted", "withdrawn"]


def test_the_decision_before_stands_again(desk_at):
    decision, ana = desk_at.decide(), Agent(desk_at)
    told = ana.tell(decision, "skipped")
    meanwhile = desk_at.decide()

    ana.undo(told)

    assert meanwhile["decision_id"] != decision["decision_id"]
    assert desk_at.decide()["decision_id"] == decision["decision_id"]
    assert desk_at.get(meanwhile)["decision_id"] == meanwhile["decision_id"]


def test_a_decision_about_which_something_was_told_meanwhile_stays_the_newest(desk):
    decision, ana = desk.decide(), Agent(desk)
    told = ana.tell(decision, "skipped")
    meanwhile = desk.decide()
    Agent(desk, "bob").tell(meanwhile, "shown")

    ana.undo(told)

    assert desk.decide()["decision_id"] == meanwhile["decision_id"]


def test_what_cannot_stand_any_more_does_not_stand_again(desk):
    decision, ana = desk.decide(), Agent(desk)
    told = ana.tell(decision, "skipped")
    desk.decide()
    ana.undo(told)

    desk.now += 48 * HOUR

    assert desk.decide()["decision_id"] != decision["decision_id"]


def test_a_word_that_was_never_told_or_was_erased_is_not_taken_back(desk):
    decision, ana = desk.decide(), Agent(desk)
    told = ana.tell(decision, "accepted")
    with writing(desk.service.engine) as connection:
        erase_decisions(connection, "c1")

    for number in (told, 10**9):
        with pytest.raises(UnknownWord):
            ana.undo(number)


def test_the_words_that_stand_are_told_the_newest_first(desk):
    decision, ana = desk.decide(), Agent(desk)
    since = desk.now
    ana.tell(decision, "shown")
    ana.undo(ana.tell(decision, "accepted"))
    Agent(desk, "bob").tell(decision, "declined", rank=2)

    with reading(desk.service.engine) as connection:
        found = words_since(connection, "c1", since=since)

    assert [(word.agent_id, word.told, word.rank) for word in found] == [("bob", "declined", 2), ("ana", "shown", 1)]


def test_the_log_keeps_both_and_nobody_learns_from_what_was_taken_back(desk_at):
    decision, ana, home = desk_at.decide(), Agent(desk_at), desk_at.publisher.home
    told = ana.tell(decision, "accepted")
    drain(home, desk_at.service.engine, now=desk_at.now)
    ana.undo(told)
    desk_at.now += SECOND
    drain(home, desk_at.service.engine, now=desk_at.now)

    log = EventLog.open(home)
    versions = [row for row in log.customer("offers", "c1").to_pylist() if row["rank"] == 1]
    found = read_decisions(log)

    assert [row["outcome"] for row in versions] == [None, "accepted", None]
    assert (found.shown.any(), found.accepted.any(), found.accepted_at.min() == found.shown_heard_at.min()) == (
        False,
        False,
        True,
    )
