from __future__ import annotations

import threading

import pytest

from features.subjects import installation_secret, subject
from features.times import DAY, HOUR, format_time
from serving.database import reading, writing
from serving.database.audit import entries_about
from serving.database.offered.decisions import erase_decisions
from serving.database.tables import outcomes


def rows(desk) -> list:
    with reading(desk.service.engine) as connection:
        return connection.execute(outcomes.select().order_by(outcomes.c.sequence)).all()


def problem(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


def test_what_is_told_is_kept_with_who_told_it_and_when(desk):
    decision = desk.decide(agent_id="agent-1")
    desk.now += HOUR

    answer = desk.tell(decision, "declined", reason="too_expensive", agent_id="agent-2").json()

    first = decision["offers"][0]
    assert (answer["state"], answer["late"], answer["reason"]) == ("declined", False, "too_expensive")
    assert (answer["offer_id"], answer["channel"]) == (first["offer_id"], first["channel"])
    assert answer["shown_at"] == answer["outcome_at"] == format_time(desk.now)
    assert [(row.told, row.agent_id, row.received_at) for row in rows(desk)] == [("declined", "agent-2", desk.now)]
    assert desk.get(decision)["offers"][0]["state"] == "declined"


@pytest.mark.parametrize("told", [["shown"], ["accepted"], ["accepted", "fulfilled"], ["skipped"]])
def test_what_is_told_again_gets_the_same_answer_and_is_kept_once(desk, told):
    decision = desk.decide()
    answers = [desk.tell(decision, word) for word in told]
    desk.now += DAY

    again = desk.tell(decision, told[-1], reason="another")

    apart = {"request_id"}
    same = [{k: v for k, v in answer.json().items() if k not in apart} for answer in (answers[-1], again)]
    assert same[0] == same[1]
    assert len(rows(desk)) == len(told)


def test_what_contradicts_is_refused_and_not_kept(desk):
    decision = desk.decide()
    desk.tell(decision, "accepted")

    assert problem(desk.tell(decision, "declined")) == (409, "outcome-contradicts")
    assert problem(desk.tell(decision, "reversed", rank=2)) == (409, "outcome-contradicts")
    assert [row.told for row in rows(desk)] == ["accepted"]


def test_an_offer_the_decision_did_not_suggest_is_refused_and_not_kept(desk):
    decision = desk.decide()

    for strange in ("nothing", "loyalty_gift", "no_such_offer"):
        answer = desk.tell({**decision, "offers": [{"offer_id": strange}]}, "accepted")
        assert problem(answer) == (422, "offer-not-suggested")
        assert strange not in answer.text
    assert rows(desk) == []


@pytest.mark.parametrize("minutes", [-1, 2])
def test_what_happened_before_the_decision_or_later_than_now_is_refused(desk, minutes):
    decision = desk.decide()

    answer = desk.tell(decision, "shown", at=format_time(desk.now + minutes * 60_000_000))

    assert problem(answer) == (422, "outcome-misdated")
    assert rows(desk) == []


def test_a_time_without_a_zone_is_refused(desk):
    assert desk.tell(desk.decide(), "shown", at="2026-01-01T02:00:00").status_code == 422


def test_a_late_answer_is_kept_and_marked(desk):
    decision = desk.decide()
    desk.tell(decision, "shown")
    desk.now += 60 * DAY

    assert desk.tell(decision, "accepted").json()["late"] is True
    assert desk.tell(decision, "fulfilled").json()["late"] is True
    assert [row.is_late for row in rows(desk)] == [0, 1, 0]


def test_each_offer_of_a_decision_has_a_state_of_its_own(desk):
    decision = desk.decide()

    desk.tell(decision, "skipped", rank=1)
    desk.tell(decision, "accepted", rank=2)

    assert [offer["state"] for offer in desk.get(decision)["offers"]][:3] == ["skipped", "accepted", "suggested"]


def test_what_comes_at_one_moment_is_known_one_after_the_other(desk):
    decision = desk.decide()
    for word in ("shown", "accepted", "fulfilled"):
        desk.tell(decision, word)

    received = [row.received_at for row in rows(desk)]
    assert received == [desk.now + 1, desk.now + 2, desk.now + 3]


def test_a_decision_nobody_made_has_no_outcome(desk):
    made_up = {"decision_id": "0" * 24, "offers": [{"offer_id": "add_on_pack"}]}

    assert problem(desk.tell(made_up, "shown")) == (404, "unknown-decision")


def test_an_erased_decision_is_gone(desk):
    decision = desk.decide()
    with writing(desk.service.engine) as connection:
        erase_decisions(connection, "c1")

    answers = [
        desk.tell(decision, "shown"),
        desk.client.get(f"/v1/decisions/{decision['decision_id']}?replay=true", headers=desk.headers),
    ]

    assert [problem(answer) for answer in answers] == [(410, "erased")] * 2


def test_a_report_sent_again_with_its_key_gets_the_very_bytes(desk):
    decision, key = desk.decide(), {"Idempotency-Key": "told-once"}

    first, again = desk.tell(decision, "shown", headers=key), desk.tell(decision, "shown", headers=key)

    assert first.content == again.content
    assert problem(desk.tell(decision, "accepted", headers=key)) == (422, "idempotency-key-reused")


def test_a_refused_report_may_be_corrected_under_the_same_key_only_as_another_request(desk):
    decision, key = desk.decide(), {"Idempotency-Key": "told-wrong"}

    assert problem(desk.tell(decision, "fulfilled", headers=key)) == (409, "outcome-contradicts")
    assert desk.tell(decision, "accepted", headers=key).status_code == 200


def test_who_told_is_in_the_audit(desk):
    decision = desk.decide()
    desk.tell(decision, "shown")
    desk.tell(decision, "fulfilled")
    desk.service.reads.flush()

    entries = entries_about(desk.service.engine, subject(installation_secret(desk.publisher.home), "c1"))

    assert [entry.route.rpartition("/")[2] for entry in entries] == ["outcomes", "decisions"]


def test_of_two_who_contradict_each_other_at_once_one_is_heard(desk_at):
    decision, together, found = desk_at.decide(), threading.Barrier(8), []

    def tell(word: str) -> None:
        together.wait(10)
        found.append((word, desk_at.tell(decision, word).status_code))

    threads = [threading.Thread(target=tell, args=(word,)) for word in ("accepted", "declined") * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({word for word, status in found if status == 200}) == 1
    assert len({word for word, status in found if status == 409}) == 1
    assert len(rows(desk_at)) == 1
