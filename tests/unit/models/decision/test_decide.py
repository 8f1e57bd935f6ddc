"""What one customer is offered: the drawn one first, then what is worth more than nothing, and the rest with its reason."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from features.engine.columns import stable_codes
from features.times import DAY, HOUR, parse_time
from models.decision import Asked, Lots, NotOneCustomer, OfferEvidence, decide

NOW = parse_time("2026-03-02T12:00:00Z")
BY_PRIORITY = Lots(control=0.9, explore=0.9, pick=0.0)
ASKED = Asked("d1", "c1", bundle="b" * 64)


@pytest.fixture
def four(policy, offer):
    """Four offers of one channel; their acceptance decides, since all else is alike."""
    return lambda **changes: policy(*(offer(name) for name in "abcd"), **changes)


def names(decision):
    return [slot.candidate.offer.id for slot in decision.offers]


def reasons(decision):
    return {entry.offer_id: (entry.gate, entry.rule, entry.found) for entry in decision.withheld}


def test_the_three_best_are_offered_best_first(four, situations) -> None:
    one = four()

    found = decide(one, situations(one, acceptance=[[0.1, 0.4, 0.2, 0.3]]), asked=ASKED, lots=BY_PRIORITY)

    assert (found.action, found.draw.arm) == ("offer", "policy")
    assert names(found) == ["b", "d", "c"]
    assert [slot.rank for slot in found.offers] == [1, 2, 3]
    assert [slot.selection_probability for slot in found.offers] == [1.0, None, None]


def test_what_passed_and_is_not_among_the_three_says_how_it_was_ranked(four, situations) -> None:
    one = four()

    found = decide(one, situations(one, acceptance=[[0.1, 0.4, 0.2, 0.3]]), asked=ASKED, lots=BY_PRIORITY)

    assert reasons(found) == {
        "a": ("arbitration", "among the 3 offers shown", "priority 0.8, number 4 of the offers that passed")
    }


def test_no_offer_below_nothing_stands_beside_the_first(four, situations) -> None:
    one = four()

    found = decide(one, situations(one, acceptance=[[0.4, 0.01, 0.02, 0.3]]), asked=ASKED, lots=BY_PRIORITY)

    assert names(found) == ["a", "d"]
    assert reasons(found)["b"] == (
        "arbitration", "worth more than nothing, whose priority is 0", "priority -0.82, number 4 of the offers that passed"
    )  # fmt: skip


def test_nothing_wins_where_all_offers_are_below_it(four, situations) -> None:
    one = four()

    found = decide(one, situations(one, acceptance=0.01), asked=ASKED, lots=BY_PRIORITY)

    assert (found.action, found.offers, found.draw.place) == ("nothing", (), -1)
    assert {entry.rule for entry in found.withheld} == {"worth more than nothing, whose priority is 0"}


def test_an_offer_of_priority_0_does_not_win(policy, offer, situations) -> None:
    one = policy(offer(value=20.0, cost=10.0, incrementality=0.5))

    found = decide(one, situations(one, acceptance=0.0), asked=ASKED, lots=BY_PRIORITY)

    assert found.action == "nothing"


def test_what_the_lot_draws_comes_first_and_the_rest_by_priority(four, situations) -> None:
    one = four(exploration_share=0.5)
    lots = Lots(control=0.9, explore=0.1, pick=0.25)  # the second of nothing, a, b, c, d

    found = decide(one, situations(one, acceptance=[[0.01, 0.4, 0.2, 0.3]]), asked=ASKED, lots=lots)

    assert found.draw.arm == "explore"
    assert names(found) == ["a", "b", "d"]
    assert found.offers[0].selection_probability == pytest.approx(0.1)
    assert found.offers[0].reasons[0].code == "drawn_by_lot"
    assert "drawn_by_lot" not in [reason.code for reason in found.offers[1].reasons]


def test_where_the_lot_draws_nothing_no_offer_is_made_and_every_one_says_so(four, situations) -> None:
    one = four(control_share=0.5)

    found = decide(one, situations(one, acceptance=0.4), asked=ASKED, lots=Lots(0.1, 0.9, 0.0))

    assert (found.action, found.draw.arm, found.offers) == ("nothing", "control", ())
    assert {entry.rule for entry in found.withheld} == {"drawn by lot, which drew nothing"}
    assert found.draw.probability == pytest.approx(0.1)


def test_an_offer_is_made_once_on_its_best_channel(policy, offer, situations) -> None:
    one = policy(offer("a", channels=("phone", "email")), offer("b", channels=("email", "phone")))
    known = situations(one, {"consent_to_email": [1.0]}, acceptance=[[0.1, 0.3, 0.2, 0.4]])

    found = decide(one, known, asked=ASKED, lots=BY_PRIORITY)

    assert [slot.candidate.name for slot in found.offers] == ["b/phone", "a/email"]
    assert found.withheld == ()


def test_a_channel_that_is_withheld_says_so_beside_the_one_that_is_not(policy, offer, situations) -> None:
    one = policy(offer("a", channels=("phone", "email")))

    found = decide(one, situations(one, {"consent_to_email": [0.0]}), asked=ASKED, lots=BY_PRIORITY)

    assert names(found) == ["a"]
    assert [(entry.channel, entry.gate) for entry in found.withheld] == [("email", "contact_policy")]


def test_what_withholds_all_channels_is_said_once(policy, offer, situations) -> None:
    one = policy(offer("a", channels=("phone", "email"), eligibility="tenure_days > 5"))

    found = decide(one, situations(one, {"tenure_days": [1.0]}), asked=ASKED, lots=BY_PRIORITY)

    assert [(entry.channel, entry.rule) for entry in found.withheld] == [(None, "tenure_days > 5")]


def test_an_offer_whose_priority_cannot_be_known_is_withheld_and_says_so(policy, offer, situations) -> None:
    one = policy(offer("stay", kind="retention", value=None), control_share=1.0)
    known = situations(one, {"churn_probability": [np.nan], "expected_margin": [50.0]})

    found = decide(one, known, asked=ASKED, lots=Lots(0.0, 0.0, 0.99))

    assert found.action == "nothing"
    assert found.draw.probability == 1.0
    assert reasons(found) == {"stay": ("arbitration", "the priority can be known", "not known: churn_probability")}


def test_every_offer_of_the_file_is_made_or_withheld(four, situations) -> None:
    one = four()

    found = decide(one, situations(one, {"stage_growth_curve": [0.0]}), asked=ASKED, lots=BY_PRIORITY)

    assert [entry.offer_id for entry in found.withheld] == ["a", "b", "c", "d"]


def test_a_slot_holds_all_that_its_priority_is_made_of(policy, offer, situations, measured) -> None:
    one = policy(offer(lever_percent=10.0, context_weights={"renewal": 2.0}, valid_days=3))
    known = situations(one, uplift=0.1, usual_margin=200.0, evidence={"gift": measured}, context="renewal")

    (slot,) = decide(one, known, asked=ASKED, lots=BY_PRIORITY).offers

    assert (slot.effect, slot.uplift, slot.value) == ("measured", 0.1, 200.0)
    assert (slot.context_weight, slot.lever, slot.cost) == (2.0, 1.1, 1.4)
    assert slot.priority == pytest.approx(0.1 * 200.0 * 2.0 * 1.1 - 1.4)
    assert (slot.acceptance_probability, slot.mature, slot.prior) == (0.2, True, False)
    assert slot.taken_until == NOW + 3 * DAY


def test_an_offer_nobody_has_answered_is_marked(policy, situations) -> None:
    one = policy()

    (slot,) = decide(one, situations(one), asked=ASKED, lots=BY_PRIORITY).offers

    assert (slot.prior, slot.mature, slot.interval, slot.effect, slot.taken_until) == (True, False, None, "assumed", None)


def test_the_interval_of_an_acceptance_is_as_wide_as_its_spread_says(policy, situations) -> None:
    one = policy()
    evidence = {"gift": OfferEvidence(shown=9, positives=2, mature=False, ramp=0.1, spread=np.log(4.0), effect="assumed")}

    (slot,) = decide(one, situations(one, evidence=evidence), asked=ASKED, lots=BY_PRIORITY).offers

    # odds of 1/4, over and times four
    assert (slot.interval.low, slot.interval.high) == (pytest.approx(1 / 17), pytest.approx(1 / 2))
    assert slot.mature is False


def test_a_decision_stands_for_as_long_as_the_file_says(policy, situations) -> None:
    one = policy(decision_valid_hours=1.5)

    found = decide(one, situations(one), asked=ASKED, lots=BY_PRIORITY)

    assert (found.window_start, found.valid_until) == (NOW, NOW + HOUR + HOUR // 2)


@pytest.mark.parametrize(
    ("asked", "own", "spoken"), [("pl", "en", "pl"), (None, "pl", "pl"), (None, "fr", "en"), ("fr", "fr", "en")]
)
def test_the_customer_is_spoken_to_in_the_language_asked_for_else_their_own_else_the_first(
    policy, offer, situations, asked, own, spoken
) -> None:
    texts = {"en": "Hello", "pl": "Dzień dobry"}
    one = policy(offer(script=texts, benefit=texts), languages=("en", "pl"))
    code = float(stable_codes(pa.array([own]))[0])

    found = decide(
        one, situations(one, {"code_of_language": [code]}), asked=Asked("d", "c", None, language=asked), lots=BY_PRIORITY
    )

    assert (found.language, found.offers[0].script, found.offers[0].benefit) == (spoken, texts[spoken], texts[spoken])


@pytest.mark.parametrize("rows", [0, 2])
def test_a_decision_is_of_one_customer(policy, situations, rows) -> None:
    one = policy()

    with pytest.raises(NotOneCustomer, match=f"found {rows} rows"):
        decide(one, situations(one, {"tenure_days": [1.0] * rows}), asked=ASKED, lots=BY_PRIORITY)
