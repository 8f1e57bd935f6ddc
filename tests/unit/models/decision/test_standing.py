"""Whether the last decision still holds: not after it expired, was answered, or may no longer be made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from features.company.offers import Cap, ContactPolicy, Pause
from features.times import parse_time
from models.decision import Contact, LastDecision, still_stands

NOW = parse_time("2026-03-02T12:00:00Z")
LAST = LastDecision("d1", valid_until=NOW + 1, offer_id="gift", channel="phone", answered=False)
OWN = Contact("d1/1", "gift", "phone", NOW - 50, shown_at=NOW - 40)


def test_a_decision_holds_while_nothing_has_happened(policy, situations) -> None:
    one = policy()

    assert still_stands(one, LAST, situations=situations(one))


def test_a_decision_expires_at_the_end_of_its_window(policy, situations) -> None:
    one = policy()

    assert not still_stands(one, replace(LAST, valid_until=NOW), situations=situations(one))


def test_an_answer_opens_a_new_window(policy, situations) -> None:
    one = policy()

    assert not still_stands(one, replace(LAST, answered=True), situations=situations(one))


def test_a_gate_that_now_withholds_the_first_offer_opens_a_new_window(policy, offer, situations) -> None:
    one = policy(offer(suitability="tickets_open = 0"))

    assert still_stands(one, LAST, situations=situations(one, {"tickets_open": [0.0]}))
    assert not still_stands(one, LAST, situations=situations(one, {"tickets_open": [1.0]}))


def test_a_gate_that_withholds_another_offer_or_channel_changes_nothing(policy, offer, situations) -> None:
    one = policy(offer(channels=("email", "phone")), offer("other", suitability="tickets_open = 0"))
    known = situations(one, {"tickets_open": [1.0], "consent_to_email": [0.0]})

    assert still_stands(one, LAST, situations=known)
    assert not still_stands(one, replace(LAST, channel="email"), situations=known)


def test_a_decision_is_not_withdrawn_because_it_was_shown(policy, situations) -> None:
    one = policy(contact_policy=ContactPolicy(caps=(Cap(contacts=1, days=7),)))

    assert still_stands(one, LAST, situations=situations(one, contacts=[[OWN]]))
    assert not still_stands(one, LAST, situations=situations(one, contacts=[[OWN, replace(OWN, exposure_id="d0/1")]]))


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_none_of_its_own_offers_counts_against_it(policy, situations, rank) -> None:
    one = policy(contact_policy=ContactPolicy(pauses=(Pause(outcome="shown", count=1, days=7, pause_days=7, scope="offer"),)))

    assert still_stands(one, LAST, situations=situations(one, contacts=[[replace(OWN, exposure_id=f"d1/{rank}")]]))


def test_an_offer_that_has_left_the_file_does_not_hold(policy, situations) -> None:
    one = policy()

    assert not still_stands(one, replace(LAST, offer_id="of_old"), situations=situations(one))
    assert not still_stands(one, replace(LAST, channel="letter"), situations=situations(one))


def test_nothing_holds_until_it_expires(policy, situations) -> None:
    one = policy()
    nothing = replace(LAST, offer_id=None, channel=None)
    lapsed = situations(one, {"stage_growth_curve": [0.0]})

    assert still_stands(one, nothing, situations=lapsed)
    assert not still_stands(one, replace(nothing, valid_until=NOW), situations=lapsed)
