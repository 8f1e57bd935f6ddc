"""Why an offer is made, in sentences true of this customer, in the language of who reads them."""

from __future__ import annotations

import re

import pytest

from models.decision import Asked, Lots, OfferEvidence, decide
from models.decision.explained.reason_texts import TEXTS, said

BY_PRIORITY = Lots(control=0.9, explore=0.9, pick=0.0)


def texts(policy, situations, language="en"):
    decision = decide(policy, situations, asked=Asked("d1", "c1", None, reasons_in=language), lots=BY_PRIORITY)
    return {reason.code: reason.text for reason in decision.offers[0].reasons}


def test_an_assumed_offer_says_what_is_assumed_and_that_nobody_answered_yet(policy, situations) -> None:
    one = policy()

    assert texts(one, situations(one)) == {
        "assumed_effect": "Assumed: 20% accept, and 50% of those only because of the offer",
        "no_answers": "No answers so far: the chance to accept is taken to be 20%",
        "brings": "Expected to bring 2.6 EUR more than no offer, after a cost of 1.4 EUR",
    }


def test_a_measured_offer_says_by_how_much_it_changes_the_margin(policy, situations, measured) -> None:
    one = policy(reward_days=90)
    known = situations(one, uplift=0.05, usual_margin=200.0, evidence={"gift": measured})

    assert texts(one, known) == {
        "measured_effect": "Measured: changes the margin usually made in 90 days, 200 EUR, by 5%",
        "brings": "Expected to bring 8.6 EUR more than no offer, after a cost of 1.4 EUR",
    }


def test_a_measured_offer_on_a_lesser_channel_says_that_it_counts_for_less(policy, offer, situations, measured) -> None:
    one = policy(offer("gift", channels=("phone", "email")), reward_days=90)
    known = {"acceptance": [[0.2, 0.4]], "uplift": 0.05, "usual_margin": 200.0, "evidence": {"gift": measured}}

    found = texts(one, situations(one, {"consent_to_email": [0.0]}, **known))

    assert found["measured_effect"] == "Measured: changes the margin usually made in 90 days, 200 EUR, by 2.5%"
    assert (
        found["channel_share"] == "On this channel it is accepted 50% as often as on the customer's best one, and counts so much"
    )


def test_an_offer_that_fits_says_which_parts_of_its_rule_hold(policy, offer, situations) -> None:
    one = policy(offer(applicability="tenure_days > 1 AND (tickets_open = 0 OR usage_count_30d > 5)"))
    known = situations(one, {"tenure_days": [9.0], "tickets_open": [2.0], "usage_count_30d": [7.5]})
    decision = decide(one, known, asked=Asked("d1", "c1", None), lots=BY_PRIORITY)

    fits = [reason.text for reason in decision.offers[0].reasons if reason.code == "fits_now"]

    assert fits == ["Fits now: tenure_days > 1 (tenure_days 9)", "Fits now: usage_count_30d > 5 (usage_count_30d 7.5)"]


def test_a_retention_offer_says_what_is_at_risk(policy, offer, situations) -> None:
    one = policy(offer(kind="retention", value=None))
    known = situations(one, {"churn_probability": [0.25], "expected_margin": [500.0]})

    assert texts(one, known)["margin_at_risk"] == "At risk: a margin of 500 EUR, at a chance to leave of 25%"


def test_occasion_and_lever_are_said_where_they_move_something(policy, offer, situations) -> None:
    one = policy(offer(lever_percent=-25.0, context_weights={"renewal": 1.5}))

    found = texts(one, situations(one, context="renewal"))

    assert found["occasion"] == "Counts 1.5 times on the occasion renewal"
    assert found["lever"] == "The business changes its priority by -25%"


def test_few_answers_give_an_interval(policy, situations) -> None:
    one = policy()
    young = OfferEvidence(shown=9, positives=2, mature=False, ramp=0.1, spread=1.0, effect="assumed")

    found = texts(one, situations(one, evidence={"gift": young}))

    assert found["few_answers"] == "Few answers so far: the chance to accept lies between 8.42% and 40.46%"
    assert "no_answers" not in found


def test_a_mature_offer_needs_no_warning(policy, situations, measured) -> None:
    one = policy()

    assert not {"few_answers", "no_answers"} & set(texts(one, situations(one, evidence={"gift": measured})))


def test_what_was_drawn_by_lot_below_nothing_says_what_it_costs(policy, situations) -> None:
    one = policy(exploration_share=1.0)
    decision = decide(one, situations(one, acceptance=0.01), asked=Asked("d1", "c1", None), lots=Lots(0.5, 0.5, 0.9))

    codes = {reason.code: reason.text for reason in decision.offers[0].reasons}

    assert codes["drawn_by_lot"] == "Drawn by lot from all that fits, so that it is learned what works"
    assert codes["costs"] == "Expected to bring -0.82 EUR beside no offer, at a cost of 1.02 EUR"


@pytest.mark.parametrize(("language", "begins"), [("pt-BR", "Suposto: 20% aceitam"), ("pl", "Założone: 20% przyjmuje")])
def test_reasons_are_said_in_the_language_of_who_reads_them(policy, situations, language, begins) -> None:
    one = policy()

    assert texts(one, situations(one), language)["assumed_effect"].startswith(begins)


def test_numbers_have_a_comma_where_it_is_usual() -> None:
    values = {"priority": 2.6, "cost": 1234.5, "currency": "EUR"}

    assert "2,6 EUR" in said("brings", "pl", values)
    assert "1234 EUR" in said("brings", "en", values)


@pytest.mark.parametrize("code", TEXTS)
def test_every_reason_asks_for_the_same_numbers_in_every_language(code) -> None:
    fields = {language: frozenset(re.findall(r"{(\w+)}", text)) for language, text in TEXTS[code].items()}

    assert set(fields) == {"en", "pt-BR", "pl"}
    assert len(set(fields.values())) == 1
