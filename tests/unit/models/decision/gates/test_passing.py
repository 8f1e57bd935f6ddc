"""How candidates come through the gates: in the order of the gates, the first check that withholds is the one named."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from features.company.offers import Cap, ContactChannel, ContactPolicy
from features.times import DAY, parse_time
from models.decision import Contact
from models.decision.gates.gate import GATES
from models.decision.gates.passing import gates, withheld_from

NOW = parse_time("2026-03-02T12:00:00Z")


def withheld_by(found, row=0, place=0):
    check = found.check(row, place)
    return None if check is None else (check.gate, check.rule, check.found(found.look, row))


def test_an_offer_without_conditions_passes(policy, look) -> None:
    one = policy()

    found = gates(one, look(one))

    assert found.passed.tolist() == [[True]]
    assert found.check(0, 0) is None


@pytest.mark.parametrize("gate", ["eligibility", "applicability", "suitability"])
@pytest.mark.parametrize(("days", "passes"), [(90.0, True), (89.0, False), (np.nan, False)])
def test_each_rule_must_hold_and_an_unknown_one_does_not(policy, offer, look, gate, days, passes) -> None:
    one = policy(offer(**{gate: "tenure_days >= 90"}))

    found = gates(one, look(one, {"tenure_days": [days]}))

    assert found.passed[0, 0] == passes
    if not passes:
        value = "not known" if np.isnan(days) else "89"
        assert withheld_by(found) == (gate, "tenure_days >= 90", f"tenure_days {value}")


def test_a_column_nobody_knows_makes_a_rule_unknown(policy, offer, look) -> None:
    one = policy(offer(suitability="health_score >= 50"))

    assert withheld_by(gates(one, look(one))) == ("suitability", "health_score >= 50", "health_score not known")


def test_gates_are_asked_in_their_order_and_the_first_is_named(policy, offer, look, guard) -> None:
    """Every gate withholds; taken away one after the other, the next is named."""
    rules = dict.fromkeys(GATES[:3], "tenure_days >= 90")
    hold = guard("tickets_open > 0", "loyalty")
    columns = {"tenure_days": [1.0], "tickets_open": [1.0], "consent_to_email": [0.0]}
    found = []
    for left in range(5):
        kept = {gate: rule for gate, rule in rules.items() if GATES.index(gate) >= left}
        known = columns | ({"consent_to_email": [1.0]} if left == 4 else {})
        one = policy(offer(channels=("email",), **kept), expansion_guard=hold)
        check = gates(one, look(one, known)).check(0, 0)
        found.append(check.gate if check else None)

    assert tuple(found) == GATES[:5]


@pytest.mark.parametrize(
    ("at", "passes"),
    [
        ("2026-02-28T23:59:59Z", False),
        ("2026-03-01T00:00:00Z", True),
        ("2026-03-03T23:59:59Z", True),
        ("2026-03-04T00:00:00Z", False),
    ],
)
def test_an_offer_is_made_from_its_first_day_to_the_end_of_its_last(policy, offer, look, at, passes) -> None:
    one = policy(offer(starts_on=dt.date(2026, 3, 1), ends_on=dt.date(2026, 3, 3)))

    assert gates(one, look(one, at=parse_time(at))).passed[0, 0] == passes


def test_dates_are_said_in_words(policy, offer, look) -> None:
    one = policy(offer("a", starts_on=dt.date(2026, 4, 1)), offer("b", ends_on=dt.date(2026, 2, 1)))

    found = gates(one, look(one))

    assert withheld_by(found, place=0) == ("eligibility", "from 2026-04-01 on", "not begun")
    assert withheld_by(found, place=1) == ("eligibility", "until 2026-02-01", "over")


@pytest.mark.parametrize(("place", "passes"), [(3.0, True), (4.0, False), (np.nan, False)])
def test_the_customer_is_in_one_of_the_stages(policy, look, place, passes) -> None:
    one = policy()

    found = gates(one, look(one, {"stage_growth_curve": [place]}))

    assert found.passed[0, 0] == passes


@pytest.mark.parametrize(
    ("curve", "phase", "passes"), [(3.0, 0.0, True), (0.0, 1.0, True), (0.0, 0.0, False), (np.nan, 1.0, True)]
)
def test_a_stage_of_whichever_set_will_do(policy, offer, look, curve, phase, passes) -> None:
    one = policy(offer(stages=("growth", "support")))

    found = gates(one, look(one, {"stage_growth_curve": [curve], "stage_success_phases": [phase]}))

    assert found.passed[0, 0] == passes


def test_where_the_customer_stands_is_said(policy, offer, look) -> None:
    one = policy(offer(stages=("maturity", "support")))

    found = gates(one, look(one, {"stage_growth_curve": [0.0]}))

    gate, rule, said = withheld_by(found)
    assert (gate, rule) == ("eligibility", "in stage maturity or support")
    assert said == "growth_curve lapsed, success_phases not known"


@pytest.mark.parametrize(("open_tickets", "passes"), [(0.0, True), (1.0, False), (np.nan, True)])
def test_the_guard_holds_while_its_rule_is_true_and_not_while_it_is_unknown(policy, look, guard, open_tickets, passes) -> None:
    hold = guard("tickets_open > 0", "loyalty")
    one = policy(expansion_guard=hold)

    found = gates(one, look(one, {"tickets_open": [open_tickets]}))

    assert found.passed[0, 0] == passes
    if not passes:
        assert withheld_by(found) == ("expansion_guard", "hold when tickets_open > 0", "tickets_open 1")


def test_the_guard_leaves_other_kinds_alone(policy, offer, look, guard) -> None:
    hold = guard("TRUE", "cross_sell")
    one = policy(offer("more", kind="cross_sell"), offer("gift"), expansion_guard=hold)

    assert gates(one, look(one)).passed.tolist() == [[False, True]]


@pytest.mark.parametrize(("consent", "found"), [(1.0, None), (0.0, "not given"), (np.nan, "not known")])
def test_without_consent_nobody_is_contacted_where_the_channel_needs_it(policy, offer, look, consent, found) -> None:
    one = policy(offer(channels=("email",)))

    assert withheld_by(gates(one, look(one, {"consent_to_email": [consent]}))) == (
        found and ("contact_policy", "consent to email", found)
    )


def test_a_channel_without_need_of_consent_asks_for_none(policy, offer, look) -> None:
    free = (ContactChannel(name="email", needs_consent=False),)
    one = policy(offer(channels=("email",)), channels=free)

    assert gates(one, look(one, {"consent_to_email": [0.0]})).passed[0, 0]


def test_channels_of_one_offer_pass_each_for_itself(policy, offer, look) -> None:
    one = policy(offer(channels=("email", "phone")))

    found = gates(one, look(one, {"consent_to_email": [0.0, 1.0, 1.0], "stage_growth_curve": [3.0, 3.0, 0.0]}))

    assert found.passed.tolist() == [[False, True], [True, True], [False, False]]
    assert found.check(0, 0) != found.check(2, 0)


def test_one_candidate_alone_passes_as_it_does_among_all(policy, offer, look) -> None:
    one = policy(offer("a", eligibility="tenure_days >= 90"), offer("b", suitability="tickets_open = 0"))
    here = look(one, {"tenure_days": [100.0, 1.0, 100.0], "tickets_open": [0.0, 0.0, 1.0]})

    found = gates(one, here)

    for place in range(2):
        assert withheld_from(one, here, place=place).tolist() == (~found.passed[:, place]).tolist()


def test_a_cap_withholds_from_the_customer_who_reached_it(policy, look) -> None:
    one = policy(contact_policy=ContactPolicy(caps=(Cap(contacts=1, days=7),)))
    shown = Contact("d/1", "gift", "phone", NOW - DAY, shown_at=NOW - DAY)

    found = gates(one, look(one, contacts=[[], [shown]]))

    assert found.passed[:, 0].tolist() == [True, False]


def test_all_that_a_rule_read_is_said(policy, offer, look) -> None:
    one = policy(offer(eligibility="tenure_days > 90 AND usage_count_30d > 0"))

    found = gates(one, look(one, {"tenure_days": [1234567.25], "usage_count_30d": [-0.123456]}))

    assert withheld_by(found)[2] == "tenure_days 1234567, usage_count_30d -0.1235"


@pytest.mark.parametrize("place", [-1.0, 5.0, np.nan])
def test_a_stage_that_the_file_does_not_have_is_not_known(policy, look, place) -> None:
    one = policy()

    assert withheld_by(gates(one, look(one, {"stage_growth_curve": [place]})))[2] == "growth_curve not known"
