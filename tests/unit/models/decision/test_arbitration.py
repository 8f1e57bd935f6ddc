"""What a candidate would bring: every factor by hand, and nothing said where a factor is not known."""

from __future__ import annotations

import numpy as np
import pytest

from features.company.offers import ContactChannel, Levers
from models.decision.arbitration import accepted_beside_best, unknown_factors, weighed
from models.decision.policy import lever_factor


def test_an_assumed_offer_brings_its_value_as_often_as_it_changes_something(policy, look) -> None:
    one = policy()

    found = weighed(one, look(one, acceptance=0.2))

    # 0.2 accept, half of them because of it: 0.1 x 40 - (1 contact + 0.2 x 2)
    assert found.effect[0, 0] == pytest.approx(0.1)
    assert found.value[0, 0] == 40.0
    assert found.cost[0, 0] == pytest.approx(1.4)
    assert found.priority[0, 0] == pytest.approx(2.6)
    assert not found.measured[0, 0]


def test_a_measured_offer_brings_its_uplift_of_the_usual_margin(policy, look, measured) -> None:
    one = policy()

    found = weighed(one, look(one, uplift=0.05, usual_margin=200.0, evidence={"gift": measured}))

    assert found.measured[0, 0]
    assert (found.effect[0, 0], found.value[0, 0]) == (0.05, 200.0)
    assert found.priority[0, 0] == pytest.approx(0.05 * 200.0 - 1.4)


def test_a_measured_effect_may_harm(policy, look, measured) -> None:
    one = policy()

    found = weighed(one, look(one, uplift=-0.05, usual_margin=200.0, evidence={"gift": measured}))

    assert found.priority[0, 0] == pytest.approx(-10.0 - 1.4)


@pytest.mark.parametrize("unknown", [{"usual_margin": np.nan}, {"uplift": np.nan}])
def test_a_measured_offer_is_assumed_for_whom_a_part_of_it_is_unknown(policy, look, measured, unknown) -> None:
    one = policy()
    known = {"uplift": 0.05, "usual_margin": 200.0, "evidence": {"gift": measured}}

    found = weighed(one, look(one, **{**known, **unknown}))

    assert not found.measured[0, 0]
    assert found.priority[0, 0] == pytest.approx(2.6)


def test_an_uplift_counts_only_where_the_evidence_says_it_was_measured(policy, look) -> None:
    one = policy()

    found = weighed(one, look(one, uplift=0.05, usual_margin=200.0))

    assert not found.measured[0, 0]
    assert found.effect[0, 0] == pytest.approx(0.1)


def test_whether_it_was_measured_is_asked_of_each_offer_alone(policy, offer, look, measured) -> None:
    one = policy(offer("gift"), offer("call", value=10.0))

    found = weighed(one, look(one, uplift=[[0.05, 0.07]], usual_margin=200.0, evidence={"call": measured}))

    assert found.measured.tolist() == [[False, True]]
    assert found.effect[0].tolist() == pytest.approx([0.1, 0.07])
    assert found.value[0].tolist() == [40.0, 200.0]


def test_the_uplift_of_an_offer_counts_on_each_of_its_channels(policy, offer, look, measured) -> None:
    one = policy(offer("call"), offer("gift", channels=("phone", "email")))
    evidence = {"gift": measured, "call": measured}

    found = weighed(one, look(one, uplift=[[0.01, 0.05]], usual_margin=100.0, evidence=evidence))

    assert found.effect[0].tolist() == [0.01, 0.05, 0.05]


def test_a_measured_offer_counts_on_a_channel_as_far_as_it_is_accepted_there(policy, offer, look, measured) -> None:
    one = policy(offer("gift", channels=("phone", "email")))
    known = {"uplift": 0.05, "usual_margin": 200.0, "evidence": {"gift": measured}}

    found = weighed(one, look(one, acceptance=[[0.1, 0.4]], **known))

    assert found.effect[0].tolist() == pytest.approx([0.0125, 0.05])
    assert found.priority[0].tolist() == pytest.approx([2.5 - 1.2, 10.0 - 0.8])


def test_what_a_measured_offer_harms_it_harms_less_where_few_accept(policy, offer, look, measured) -> None:
    one = policy(offer("gift", channels=("phone", "email")))
    known = {"uplift": -0.05, "usual_margin": 200.0, "evidence": {"gift": measured}}

    assert weighed(one, look(one, acceptance=[[0.1, 0.4]], **known)).effect[0].tolist() == pytest.approx([-0.0125, -0.05])


def test_each_offer_has_its_own_best_channel_for_each_customer(policy, offer) -> None:
    one = policy(offer("gift", channels=("phone", "email")), offer("call"), offer("more", channels=("email", "phone")))

    found = accepted_beside_best(one, np.array([[0.1, 0.2, 0.9, 0.4, 0.3], [0.2, 0.1, 0.9, 0.3, 0.3]]))

    assert found.tolist() == [pytest.approx([0.5, 1.0, 1.0, 1.0, 0.75]), pytest.approx([1.0, 0.5, 1.0, 1.0, 1.0])]


def test_of_channels_that_nobody_accepts_none_is_better(policy, offer) -> None:
    one = policy(offer("gift", channels=("phone", "email")))

    assert accepted_beside_best(one, np.zeros((1, 2))).tolist() == [[1.0, 1.0]]


def test_a_channel_whose_acceptance_is_unknown_hides_no_other(policy, offer) -> None:
    one = policy(offer("gift", channels=("phone", "email")))

    found = accepted_beside_best(one, np.array([[np.nan, 0.2]]))

    assert np.isnan(found[0, 0])
    assert found[0, 1] == 1.0


def test_a_retention_offer_saves_a_share_of_the_margin_at_risk(policy, offer, look) -> None:
    one = policy(offer("stay", kind="retention", value=None))
    scores = {"churn_probability": [0.3], "expected_margin": [500.0]}

    found = weighed(one, look(one, scores, acceptance=0.2))

    # 0.2 x 0.5 x 0.3 of 500 - 1.4
    assert found.effect[0, 0] == pytest.approx(0.03)
    assert found.value[0, 0] == 500.0
    assert found.priority[0, 0] == pytest.approx(13.6)


def test_only_retention_depends_on_the_chance_to_leave(policy, look) -> None:
    one = policy()

    unknown = weighed(one, look(one)).priority
    known = weighed(one, look(one, {"churn_probability": [0.9], "expected_margin": [1.0]})).priority

    assert unknown.tolist() == known.tolist()


@pytest.mark.parametrize("missing", ["churn_probability", "expected_margin"])
def test_a_retention_offer_without_a_score_has_no_priority_and_says_which_is_missing(policy, offer, look, missing) -> None:
    one = policy(offer("stay", kind="retention", value=None))
    scores = {"churn_probability": [0.3], "expected_margin": [500.0], missing: [np.nan]}

    here = look(one, scores)

    assert np.isnan(weighed(one, here).priority[0, 0])
    assert unknown_factors(one, here, row=0, place=0) == (missing,)


def test_an_unknown_acceptance_is_no_zero(policy, look) -> None:
    one = policy()
    here = look(one, acceptance=np.nan)

    assert np.isnan(weighed(one, here).priority[0, 0])
    assert unknown_factors(one, here, row=0, place=0) == ("acceptance_probability",)


def test_nothing_is_missing_where_all_is_known(policy, look) -> None:
    one = policy()

    assert unknown_factors(one, look(one), row=0, place=0) == ()


def test_what_is_missing_is_asked_of_the_customer_and_candidate_meant(policy, offer, look) -> None:
    one = policy(offer("gift"), offer("stay", kind="retention", value=None))
    scores = {"churn_probability": [0.3, np.nan], "expected_margin": [1.0, 1.0]}
    here = look(one, scores, acceptance=[[0.1, 0.1], [0.1, np.nan]])

    assert unknown_factors(one, here, row=0, place=1) == ()
    assert unknown_factors(one, here, row=1, place=0) == ()
    assert unknown_factors(one, here, row=1, place=1) == ("acceptance_probability", "churn_probability")


def test_the_occasion_multiplies_what_is_won_and_not_what_it_costs(policy, offer, look) -> None:
    one = policy(offer(context_weights={"renewal": 1.5}))

    plain, renewal = (weighed(one, look(one, context=context)) for context in (None, "renewal"))

    assert plain.priority[0, 0] == pytest.approx(2.6)
    assert renewal.context_weight.tolist() == [1.5]
    assert renewal.priority[0, 0] == pytest.approx(1.5 * 4.0 - 1.4)


def test_an_occasion_the_offer_says_nothing_of_counts_once(policy, offer, look) -> None:
    one = policy(offer(context_weights={"renewal": 1.5}))

    assert weighed(one, look(one, context="complaint")).context_weight.tolist() == [1.0]


def test_an_occasion_may_silence_an_offer(policy, offer, look) -> None:
    one = policy(offer(context_weights={"complaint": 0.0}))

    assert weighed(one, look(one, context="complaint")).priority[0, 0] == pytest.approx(-1.4)


def test_percentages_add_up_before_they_become_a_factor(company, offer) -> None:
    levers = Levers(kinds={"loyalty": 50.0}, groups={"thanks": -20.0})

    assert lever_factor(company(levers=levers), offer(lever_percent=10.0)) == pytest.approx(1.4)
    assert lever_factor(company(levers=levers), offer(kind="service")) == pytest.approx(0.8)
    assert lever_factor(company(levers=levers), offer(group="other")) == pytest.approx(1.5)
    assert lever_factor(company(), offer()) == 1.0


def test_levers_never_turn_a_gain_into_a_loss(company, offer) -> None:
    levers = Levers(kinds={"loyalty": -80.0}, groups={"thanks": -80.0})

    assert lever_factor(company(levers=levers), offer()) == 0.0


def test_a_lever_moves_what_is_won_and_not_what_it_costs(policy, offer, look) -> None:
    one = policy(offer(lever_percent=50.0))

    assert weighed(one, look(one)).priority[0, 0] == pytest.approx(1.5 * 4.0 - 1.4)


def test_each_channel_has_its_own_cost_and_acceptance(policy, offer, look) -> None:
    one = policy(offer(channels=("phone", "email")))

    found = weighed(one, look(one, acceptance=[[0.4, 0.1]]))

    assert found.cost[0].tolist() == pytest.approx([1.8, 0.2])
    assert found.priority[0].tolist() == pytest.approx([0.2 * 40 - 1.8, 0.05 * 40 - 0.2])


def test_a_contact_costs_whether_or_not_it_is_accepted(policy, offer, look) -> None:
    dear = (ContactChannel(name="phone", contact_cost=7.0, needs_consent=False),)
    one = policy(offer(cost=0.0), channels=dear)

    assert weighed(one, look(one, acceptance=0.0)).priority[0, 0] == -7.0


def test_customers_are_weighed_each_with_their_own_figures(policy, look, measured) -> None:
    one = policy()
    here = look(
        one, {"expected_margin": [1.0, 1.0, 1.0]}, acceptance=[[0.1], [0.2], [0.4]],
        uplift=[[0.1], [np.nan], [0.3]], usual_margin=[100.0, 100.0, np.nan], evidence={"gift": measured},
    )  # fmt: skip

    found = weighed(one, here)

    assert found.measured[:, 0].tolist() == [True, False, False]
    assert found.effect[:, 0].tolist() == pytest.approx([0.1, 0.1, 0.2])
    assert found.value[:, 0].tolist() == [100.0, 40.0, 40.0]
