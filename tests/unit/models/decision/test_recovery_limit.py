"""That what may be given back is the least of its bounds, that each is named, and that nobody is sent to ask in vain."""

from __future__ import annotations

import math

import pytest

from features.company import default_company_text, read_company
from models.decision.recovery import (
    Asked,
    Given,
    Grantor,
    UnknownComplaint,
    UnknownRole,
    recovery_limit,
)

COMPANY = read_company(default_company_text("default"))
NOTHING_GIVEN = Given()


def limit(complaint="defect", agent="ana", *, role=None, margin=1000.0, given=NOTHING_GIVEN):
    return recovery_limit(COMPANY, Asked(complaint, Grantor(agent, role), margin), given=given)


def amounts(found):
    return {bound.name: bound.amount for bound in found.bounds}


def test_all_four_bounds_are_told_and_the_least_binds():
    found = limit()

    assert amounts(found) == {"complaint": 70.0, "agent": 40.0, "safety": 300.0, "budget": 5000.0}
    assert (found.limit, found.binding.name) == (40.0, "agent")


def test_an_agent_with_a_cap_of_their_own_has_that():
    found = limit(agent="senior.desk")

    assert (found.limit, found.binding.name) == (70.0, "complaint")


@pytest.mark.parametrize(("margin", "allowed"), [(0.0, 20.0), (-500.0, 20.0), (200.0, 30.0), (1e6, 150.0)])
def test_a_complaint_allows_its_base_and_a_share_of_the_margin_up_to_its_limit(margin, allowed):
    assert amounts(limit(margin=margin))["complaint"] == allowed


def test_an_unknown_value_leaves_the_base_alone_and_is_said():
    found = limit(margin=None)

    assert amounts(found)["complaint"] == 20.0
    assert not found.rests_on_value
    assert "unknown margin" in found.bounds[0].text


def test_what_the_case_was_given_counts_against_the_complaint_and_what_the_agent_gave_against_the_agent():
    found = limit(given=Given(in_case=50.0, by_agent=15.0, to_customer=50.0, to_everybody=50.0))

    assert amounts(found) == {"complaint": 20.0, "agent": 25.0, "safety": 250.0, "budget": 4950.0}


def test_where_the_budget_is_spent_nobody_may_give_anything():
    found = limit(role="manager", given=Given(to_everybody=6000.0))

    assert (found.limit, found.binding.name, found.escalation) == (0.0, "budget", ())


def test_who_may_grant_more_is_told_from_the_lowest_up():
    found = limit(margin=1e6, agent="ana")

    assert [(step.role, step.limit) for step in found.escalation] == [("team_lead", 120.0), ("manager", 150.0)]
    assert (found.whom_to_ask(100.0), found.whom_to_ask(130.0), found.whom_to_ask(151.0)) == ("team_lead", "manager", None)


def test_nobody_is_named_who_may_grant_no_more():
    assert [step.role for step in limit(margin=1000.0).escalation] == ["team_lead"]
    assert limit(agent="senior.desk").escalation == ()


def test_a_role_brings_its_cap():
    assert limit(role="team_lead", margin=1e6).limit == 120.0


def test_a_limit_is_whole_hundredths_and_never_more_than_the_bound():
    assert limit(agent="senior.desk", margin=333.333).limit == 36.66


@pytest.mark.parametrize("complaint", ["rudeness", "", "Defect"])
def test_a_complaint_the_company_does_not_know_is_refused_with_those_it_knows(complaint):
    with pytest.raises(UnknownComplaint, match="defect, billing, access, slow_answer"):
        limit(complaint)


def test_a_role_the_company_does_not_know_is_refused():
    with pytest.raises(UnknownRole, match="team_lead, manager"):
        limit(role="king")


@pytest.mark.parametrize("given", [0.0, 12.5, 70.0, 1e5])
@pytest.mark.parametrize("margin", [None, -1.0, 99.99, 1e9])
def test_a_limit_is_never_negative_and_never_above_any_bound(given, margin):
    found = limit(margin=margin, given=Given(given, given, given, given))

    assert math.isfinite(found.limit)
    assert 0 <= found.limit == min(amounts(found).values())
