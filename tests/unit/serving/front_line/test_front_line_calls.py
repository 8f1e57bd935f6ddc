"""That an agent is told what may be given back and where a customer belongs, and that nothing is given beyond the limit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from features.company import default_company_text, read_company
from features.times import DAY
from serving.database import reading
from serving.database.audit import entries_about
from serving.database.tables import recoveries

STAGES = [stage.name for stage in read_company(default_company_text("default")).stage_set.stages]
KNOWN = {
    "value_90": 1000.0,
    "stage_growth_curve": float(STAGES.index("decline")),
    "stage_growth_curve_since": 0.0,
    "feature_tenure_days": 400.0,
    "value_percentile": 50.0,
}
LIMIT = "/v1/customers/{}/recovery-limit?complaint=defect&agent_id=ana"
GIVE = {"complaint": "defect", "amount": 15.0, "agent_id": "ana"}


def give_path(customer_id="c1"):
    return f"/v1/customers/{customer_id}/recoveries"


@pytest.fixture
def desk(publisher, opened):
    publisher.point_to(publisher.store({"c1": 0.2, "c2": 0.8, "c3": 0.1}, beside=KNOWN))
    return opened(publisher)


def granted(desk):
    with reading(desk.service.engine) as connection:
        return connection.execute(recoveries.select()).all()


def test_the_limit_names_every_bound_and_the_one_that_binds(desk):
    answer = desk.get(LIMIT.format("c1")).json()

    assert {bound["name"]: bound["amount"] for bound in answer["bounds"]} == {
        "complaint": 70.0, "agent": 40.0, "safety": 300.0, "budget": 5000.0,
    }  # fmt: skip
    assert (answer["limit"], answer["binding"], answer["currency"], answer["expected_margin"]) == (40.0, "agent", "EUR", 1000.0)
    assert answer["escalation"] == [{"role": "team_lead", "limit": 70.0}]
    assert (answer["degraded"], answer["warnings"]) == (False, [])


def test_stale_data_degrade_the_limit_and_the_route(desk):
    desk.wait(5 * DAY)

    for path in (LIMIT.format("c1"), "/v1/customers/c1/route"):
        answer = desk.get(path).json()
        assert answer["degraded"]
        assert "snapshot_stale" in [warning["code"] for warning in answer["warnings"]]


def test_without_a_known_value_the_base_counts_alone_and_the_answer_says_so(publisher, opened):
    publisher.publish({"c1": 0.2})

    answer = opened(publisher).get(LIMIT.format("c1")).json()

    assert answer["limit"] == 20.0
    assert answer["degraded"]
    assert answer["warnings"][0]["code"] == "value_unknown"


def test_what_was_given_is_taken_from_every_bound(desk):
    answer = desk.post(give_path(), json=GIVE).json()

    assert (answer["amount"], answer["limit"], answer["customer_left"], answer["budget_left"]) == (15.0, 40.0, 285.0, 4985.0)
    after = desk.get(LIMIT.format("c1")).json()
    assert {bound["name"]: bound["amount"] for bound in after["bounds"]} == {
        "complaint": 55.0, "agent": 25.0, "safety": 285.0, "budget": 4985.0,
    }  # fmt: skip


def test_beyond_the_limit_nothing_is_given_and_the_refusal_says_whom_to_ask(desk):
    refusal = desk.post(give_path(), json=GIVE | {"amount": 60.0})

    assert refusal.status_code == 409
    problem = refusal.json()
    assert (problem["limit"], problem["binding"], problem["ask"]) == (40.0, "agent", "team_lead")
    assert "team_lead may grant it" in problem["detail"]
    assert granted(desk) == []


def test_where_nobody_may_grant_the_amount_nobody_is_named(desk):
    problem = desk.post(give_path(), json=GIVE | {"amount": 500.0}).json()

    assert "ask" not in problem
    assert "nobody" in problem["detail"]


def test_a_role_may_give_what_its_cap_allows(desk):
    assert desk.post(give_path(), json=GIVE | {"amount": 60.0, "role": "team_lead"}).json()["role"] == "team_lead"


def test_asked_again_with_its_key_a_grant_is_given_once(desk):
    answers = [desk.post(give_path(), json=GIVE, **{"Idempotency-Key": "once"}).content for _ in range(3)]

    assert len(set(answers)) == 1
    assert len(granted(desk)) == 1


def test_two_agents_at_once_never_give_more_than_the_case_allows(desk):
    def give(number):
        body = GIVE | {"agent_id": f"agent-{number}", "amount": 30.0}
        return desk.post(give_path(), json=body).status_code

    with ThreadPoolExecutor(6) as crowd:
        statuses = sorted(crowd.map(give, range(6)))

    assert statuses == [200, 200, 409, 409, 409, 409]
    assert sum(row.amount for row in granted(desk)) == 6000


def test_the_budget_is_full_again_when_its_days_are_over(desk):
    desk.post(give_path(), json=GIVE)
    desk.wait(30 * DAY)

    bounds = {bound["name"]: bound["amount"] for bound in desk.get(LIMIT.format("c1")).json()["bounds"]}

    assert (bounds["budget"], bounds["complaint"], bounds["safety"]) == (5000.0, 70.0, 285.0)


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 0},
        {"amount": -5},
        {"amount": 1.005},
        {"amount": "5"},
        {"complaint": "no_such"},
        {"role": "king"},
        {"more": 1},
    ],
)
def test_nonsense_is_refused_and_gives_nothing(desk, change):
    assert desk.post(give_path(), json=GIVE | change).status_code == 422
    assert granted(desk) == []


def test_an_unknown_customer_is_given_nothing(desk):
    statuses = [desk.post(give_path("nobody"), json=GIVE).status_code, desk.get(LIMIT.format("nobody")).status_code]

    assert statuses == [404, 404]
    assert desk.get("/v1/customers/nobody/route").status_code == 404


def test_every_grant_and_refusal_is_in_the_audit_without_the_customers_id(desk):
    desk.post(give_path(), json=GIVE)
    desk.post(give_path(), json=GIVE | {"amount": 500.0})
    desk.get(LIMIT.format("c1"))
    desk.service.reads.flush()

    entries = entries_about(desk.service.engine, desk.service.reads.subject("c1"))

    assert sorted((entry.role, entry.status) for entry in entries) == [("decide", 200), ("decide", 200), ("decide", 409)]


@pytest.mark.parametrize("path", [LIMIT.format("nobody"), "/v1/customers/nobody/route"])
def test_asking_about_somebody_unknown_is_in_the_audit_too(desk, path):
    desk.get(path)
    desk.service.reads.flush()

    entries = entries_about(desk.service.engine, desk.service.reads.subject("nobody"))

    assert [(entry.role, entry.status) for entry in entries] == [("decide", 404)]


def test_a_grant_keeps_the_limit_it_was_given_under(desk):
    desk.post(give_path(), json=GIVE)

    (row,) = granted(desk)
    assert b'"expected_margin":1000.0' in row.basis
    assert b'"limit":40.0' in row.basis


def test_a_customer_is_sent_to_the_queue_whose_rule_holds_with_the_promise_of_the_stage(desk):
    likely, unlikely = (desk.get(f"/v1/customers/{customer}/route").json() for customer in ("c2", "c1"))

    assert (likely["queue"], likely["agents"]) == ("retention_desk", ["senior.desk"])
    assert likely["rule"] == "churn_probability >= 0.3"
    assert likely["sla"]["stage"] == "decline"
    assert unlikely["queue"] == "front_desk"
    assert unlikely["passed_over"][0] == {"queue": "retention_desk", "because": "its rule does not hold", "unknown": []}


def test_what_was_not_published_is_said_and_does_not_hold(publisher, opened):
    publisher.publish({"c1": 0.9})

    answer = opened(publisher).get("/v1/customers/c1/route").json()

    assert answer["queue"] == "front_desk"
    assert answer["degraded"]
    codes = [warning["code"] for warning in answer["warnings"]]
    assert codes[:3] == ["routing_rests_on_too_little", "language_unknown", "no_promise"]
    assert {passed["queue"] for passed in answer["passed_over"] if passed["unknown"]} >= {"key_accounts", "onboarding_desk"}
