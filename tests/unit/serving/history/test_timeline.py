"""The touchpoints of one customer: the newest first, each as it is known now, wherever it is kept."""

from __future__ import annotations

from benchmarks.live_states import AS_OF
from features.times import DAY, HOUR, format_time

NOW = AS_OF + DAY


def ticket(ticket_id="t1", *, opened_at=AS_OF - DAY, known_at=None, customer_id="c1", **cells):
    known_at = opened_at if known_at is None else known_at
    return {"customer_id": customer_id, "ticket_id": ticket_id, "opened_at": opened_at, "known_at": known_at, **cells}


def facts(item):
    return {fact["name"]: fact.get("text", fact.get("number")) for fact in item["facts"]}


def ids(timeline):
    return [item["id"] for item in timeline["items"]]


def test_what_happened_last_comes_first_whatever_its_source(past):
    past.log("tickets", ticket("t1", opened_at=AS_OF - 3 * DAY), ticket("t2", opened_at=AS_OF - DAY))
    past.log("milestones", {**ticket(), "milestone_id": "m1", "milestone": "first_use", "reached_at": AS_OF - 2 * DAY})

    assert ids(past.timeline("c1")) == ["t2", "m1", "t1"]
    assert past.timeline("c1")["items"][1]["title"] == "first_use"


def test_the_newest_version_of_a_thing_is_told(past):
    past.log("tickets", ticket(topic="billing"), ticket(topic="delivery", known_at=AS_OF))

    (item,) = past.timeline("c1")["items"]
    assert (item["title"], item["known_at"]) == ("delivery", format_time(AS_OF))


def test_what_will_be_known_later_is_not_told(past):
    resolved = {"resolved_at": NOW + DAY, "hand_overs": 3.0}
    past.log("tickets", ticket(first_response_at=AS_OF, **resolved), ticket("t2", known_at=NOW + HOUR))
    past.log("purchases", {**ticket(), "purchase_id": "p1", "kind": "renewal", "occurred_at": NOW + DAY, "margin": 5.0})

    (item,) = past.timeline("c1")["items"]
    assert facts(item) == {"first_response_at": format_time(AS_OF)}


def test_what_waits_in_the_inbox_is_told_and_told_once_when_the_log_holds_it_too(past_at):
    past_at.log("tickets", ticket(topic="billing"))
    past_at.tell("tickets", **ticket(topic="billing"))
    past_at.tell("tickets", **ticket("t2", opened_at=AS_OF, complaint=True))

    timeline = past_at.timeline("c1")
    assert ids(timeline) == ["t2", "t1"]
    assert facts(timeline["items"][0]) == {"complaint": "true"}


def test_a_decision_is_told_with_what_came_of_it_before_the_log_holds_it(past_at):
    decision = past_at.client.post("/v1/customers/c1/decisions", json={"agent_id": "ana"}).json()
    told = {"offer_id": decision["offers"][0]["offer_id"], "outcome": "accepted"}
    past_at.client.post(f"/v1/decisions/{decision['decision_id']}/outcomes", json=told)
    past_at.now[0] += HOUR

    items = past_at.timeline("c1", "?source=offers")["items"]
    first = next(item for item in items if item["id"].endswith("/1"))
    assert (first["title"], facts(first)["outcome"], facts(first)["agent_id"]) == (told["offer_id"], "accepted", "ana")


def test_a_name_to_show_is_not_in_the_timeline(past):
    past.log(
        "customers",
        {"customer_id": "c1", "first_seen_at": AS_OF - DAY, "known_at": AS_OF, "display_name": "Jane", "channel": "web"},
    )

    (item,) = past.timeline("c1")["items"]
    assert facts(item)["channel"] == "web"
    assert "Jane" not in str(item)


def test_pages_of_a_timeline_hold_everything_once(past):
    past.log("tickets", *(ticket(f"t{number}", opened_at=AS_OF - (number // 2) * HOUR) for number in range(7)))

    told, cursor = [], ""
    while cursor is not None:
        page = past.timeline("c1", f"?limit=2{cursor and '&cursor=' + cursor}")
        told, cursor = told + ids(page), page.get("next_cursor")

    assert told == ids(past.timeline("c1"))
    assert sorted(told) == [f"t{number}" for number in range(7)]


def test_a_timeline_can_end_before_a_moment(past):
    past.log("tickets", ticket("t1", opened_at=AS_OF - 2 * DAY), ticket("t2", opened_at=AS_OF))

    assert ids(past.timeline("c1", f"?before={format_time(AS_OF)}")) == ["t1"]


def test_who_is_in_the_log_alone_has_a_timeline_and_who_is_nowhere_has_none(past):
    past.log("tickets", ticket(customer_id="new1"))

    assert ids(past.timeline("new1")) == ["t1"]
    assert past.timeline("c2")["items"] == []
    assert past.client.get("/v1/customers/nobody/timeline").status_code == 404


def test_a_timeline_reads_the_log_as_it_is_now(past):
    past.log("tickets", ticket("t1"))
    past.timeline("c1")
    past.log("tickets", ticket("t2"))

    assert sorted(ids(past.timeline("c1"))) == ["t1", "t2"]
