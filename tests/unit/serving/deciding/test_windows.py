from __future__ import annotations

import threading

import pytest

from benchmarks.deciding_states import company_with
from features.subjects import installation_secret, subject
from features.times import HOUR, format_time
from models.decision.draw import control_lot
from serving.answering.answers import Standing
from serving.database import reading
from serving.database.audit import entries_about
from serving.database.tables import decisions
from serving.deciding.answers import Told
from serving.deciding.decider import Decider, DecisionQuestion
from serving.deciding.secrets import draw_secrets
from serving.deciding.windows import Wish
from serving.door.exchange import Exchange


def offers(decision: dict) -> list[str]:
    return [offer["offer_id"] for offer in decision["offers"]]


def count(desk) -> int:
    with reading(desk.service.engine) as connection:
        return len(connection.execute(decisions.select()).all())


def test_a_decision_says_what_to_offer_how_it_was_drawn_and_why_not_the_rest(desk):
    decision = desk.decide(agent_id="agent-1", context="renewal")

    assert (decision["action"], decision["arm"], decision["selection_probability"]) == ("offer", "policy", 1.0)
    assert [offer["rank"] for offer in decision["offers"]] == [1, 2, 3][: len(decision["offers"])]
    assert [offer["priority"] for offer in decision["offers"]] == sorted(
        (o["priority"] for o in decision["offers"]), reverse=True
    )
    assert all(offer["script"] and offer["reasons"] and offer["state"] == "suggested" for offer in decision["offers"])
    assert {one["gate"] for one in decision["withheld"]} <= {"eligibility", "applicability", "suitability", "arbitration"}
    assert not set(offers(decision)) & {one["offer_id"] for one in decision["withheld"] if "channel" not in one}


def test_whoever_asks_again_within_the_window_gets_the_same_decision(desk):
    first = desk.decide(agent_id="agent-1")
    desk.now += HOUR
    again = desk.decide(agent_id="agent-2")

    apart = {"request_id"}
    assert {k: v for k, v in again.items() if k not in apart} == {k: v for k, v in first.items() if k not in apart}
    assert count(desk) == 1


def test_each_customer_and_each_occasion_has_a_window_of_its_own(desk):
    asked = [desk.decide("c1"), desk.decide("c2"), desk.decide("c1", context="inbound")]

    assert len({decision["decision_id"] for decision in asked}) == 3
    assert [decision.get("context") for decision in asked] == [None, None, "inbound"]


def test_a_window_ends_when_it_said_it_would(desk):
    first = desk.decide()
    assert first["valid_until"] == format_time(desk.now + 24 * HOUR)

    desk.now += 24 * HOUR - 1
    assert desk.decide()["decision_id"] == first["decision_id"]
    desk.now += 1
    assert desk.decide()["decision_id"] != first["decision_id"]


def test_an_offer_that_was_shown_stays_and_an_answer_opens_a_new_window(desk):
    first = desk.decide()

    desk.tell(first, "shown")
    shown = desk.decide()
    desk.tell(first, "declined")
    new = desk.decide()

    assert (shown["decision_id"], shown["offers"][0]["state"]) == (first["decision_id"], "shown")
    assert new["decision_id"] != first["decision_id"]
    assert new["window_start"] == format_time(desk.now)


def test_a_gate_that_now_withholds_the_first_offer_opens_a_new_window(desk):
    first = desk.decide()

    desk.publish(tickets_complaints_90d=1.0, tickets_open=1.0, surveys_nps_last=2.0)
    new = desk.decide()

    assert new["decision_id"] != first["decision_id"]
    assert offers(new)[:1] != offers(first)[:1]


def test_a_gate_that_withholds_only_a_further_offer_leaves_the_decision(desk):
    first = desk.decide()
    assert "annual_plan" in offers(first)[1:]

    desk.publish(contract_days_left=40.0)

    assert desk.decide()["decision_id"] == first["decision_id"]


def test_a_new_company_file_leaves_the_windows_that_are_open(desk):
    first = desk.decide()

    desk.publish(text=company_with(11, exploration_share=0.0, control_share=0.0))
    again = desk.decide()

    assert again["decision_id"] == first["decision_id"]
    assert again["versions"]["company"] == first["versions"]["company"] != desk.service.live.in_service().state.versions.company


def test_what_was_shown_counts_as_a_contact_for_the_next_decision(desk):
    """The default company contacts a customer by e-mail twice a month at most, whichever offer it is."""
    seen = []
    for _ in range(12):
        decision = desk.decide()
        if not decision["offers"]:
            break
        seen.append(decision["offers"][0]["channel"])
        desk.tell(decision, "shown")
        desk.now += 25 * HOUR

    withheld = [one for one in desk.decide()["withheld"] if one["gate"] == "contact_policy"]
    assert seen
    assert withheld, seen


def test_nothing_is_a_decision_too_and_stays_within_its_window(desk):
    desk.publish(text=company_with(10), stage_unknown=1.0, tenure_days=float("nan"), surveys_nps_last=float("nan"))
    decision = desk.decide()

    assert (decision["action"], decision["offers"]) == ("nothing", [])
    assert desk.decide()["decision_id"] == decision["decision_id"]


def test_the_same_customers_are_in_the_control_group_in_every_window(desk):
    desk.publish(text=company_with(10, control_share=0.45, exploration_share=0.0))
    secret = draw_secrets(desk.publisher.home).control

    for customer_id in ("c1", "c2", "c3"):
        expected = "control" if control_lot(secret, customer_id) < 0.45 else "policy"
        first = desk.decide(customer_id)
        desk.now += 25 * HOUR
        assert (first["arm"], desk.decide(customer_id)["arm"]) == (expected, expected)
        assert 0.0 < first["selection_probability"] < 1.0


def test_who_is_not_in_the_snapshot_gets_no_decision(desk):
    answer = desk.ask("nobody")

    assert (answer.status_code, answer.json()["type"]) == (404, "urn:lifecycle:problem:unknown-customer")
    assert count(desk) == 0


@pytest.mark.parametrize(
    "body", [{"context": "carnival"}, {"context": "No"}, {"agent_id": "Jane Doe"}, {"language": "english"}, {"agent": "a"}]
)
def test_a_wish_that_cannot_be_is_refused_without_being_repeated(desk, body):
    answer = desk.ask(**body)

    assert answer.status_code == 422
    assert not {"carnival", "Jane", "english"} & set(answer.text.replace('"', " ").split())
    assert count(desk) == 0


def test_without_an_offer_model_the_answer_says_so_and_is_degraded(desk):
    decision = desk.decide()

    assert decision["degraded"] is True
    assert "offers.acceptance_probability" in {warning.get("part") for warning in decision["warnings"]}
    assert {(offer["acceptance_probability"], offer["prior"]) for offer in decision["offers"]} == {(0.1, True)}


def test_what_was_not_published_is_named_and_what_lacks_a_model_is_said_once(desk):
    desk.publisher.publish({"c1": 0.2})
    desk.service.live.look()

    warnings = desk.decide()["warnings"]

    (unpublished,) = [one["text"] for one in warnings if one["code"] == "not_published"]
    assert "tenure_days" in unpublished
    assert "expected_margin" not in unpublished
    assert [one.get("part") for one in warnings if one["code"] == "model_missing"] == ["value", "offers.acceptance_probability"]


def test_a_request_sent_again_with_its_key_gets_the_very_bytes(desk):
    key = {"Idempotency-Key": "once"}

    first, again = desk.ask(headers=key), desk.ask(headers=key)
    other = desk.ask(headers=key, context="inbound")

    assert first.content == again.content
    assert (other.status_code, other.json()["type"]) == (422, "urn:lifecycle:problem:idempotency-key-reused")
    assert count(desk) == 1


def test_a_malformed_key_is_refused(desk):
    assert desk.ask(headers={"Idempotency-Key": "a" * 256}).json()["type"] == "urn:lifecycle:problem:invalid-request"


def test_who_asked_is_in_the_audit_as_it_is_on_disk(desk):
    decision = desk.decide()

    entries = entries_about(desk.service.engine, subject(installation_secret(desk.publisher.home), "c1"))

    assert [(entry.request_id, entry.role, entry.status) for entry in entries] == [(decision["request_id"], "decide", 200)]


def test_many_who_ask_at_once_get_one_decision_a_customer(desk_at):
    desk, together, found = desk_at, threading.Barrier(12), []

    def ask(customer_id: str) -> None:
        together.wait(10)
        found.append((customer_id, desk.decide(customer_id)["decision_id"]))

    threads = [threading.Thread(target=ask, args=(customer_id,)) for customer_id in ("c1", "c2", "c3") * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 12
    assert len(set(found)) == 3
    assert count(desk) == 3


def test_two_processes_that_decide_at_once_agree(desk_at):
    """Two deciders on one database, as two web processes have them."""
    desk, state = desk_at, desk_at.service.live.in_service().state
    drawn_by = draw_secrets(desk.publisher.home)
    deciders = [Decider(desk.service.engine, drawn_by, lambda: desk.now) for _ in range(2)]
    wishes = [Wish(state, state.find(name)) for name in ("c1", "c2", "c3")]
    told, audit = Told("r", Standing([], False)), desk.service.reads.entry(Exchange("r"), "c1", route="/x")

    answers = [decider.submit(DecisionQuestion(wish, told, audit)) for wish in wishes * 5 for decider in deciders]
    bodies = {answer.result(20).body for answer in answers}
    for decider in deciders:
        decider.close()

    assert len(bodies) == 3
    assert count(desk) == 3
