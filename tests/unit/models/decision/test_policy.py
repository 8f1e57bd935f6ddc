"""What a company file says about deciding: which checks are asked, once each, and which columns they read."""

from __future__ import annotations

import pytest

from features.company import default_company_text, read_company
from features.company.offers import Cap, ContactPolicy, Pause
from models.decision import Policy, features_read


def test_candidates_know_their_offer(policy, offer) -> None:
    one = policy(offer("a", channels=("phone", "email")), offer("b", channels=("email",)))

    assert [pair.name for pair in one.candidates] == ["a/phone", "a/email", "b/email"]
    assert one.offer_of == (0, 0, 1)


def test_a_check_that_several_candidates_share_stands_once(policy, offer) -> None:
    one = policy(offer("a", channels=("email",)), offer("b", channels=("email",)))

    assert [check.rule for check in one.checks] == ["in stage growth", "consent to email"]
    assert one.asked == ((0, 1), (0, 1))


def test_consent_comes_before_caps_and_caps_before_pauses(policy, offer) -> None:
    pause = Pause(outcome="declined", count=1, days=30, pause_days=60, scope="offer")
    caps = (Cap(contacts=2, days=7), Cap(channel="phone", contacts=1, days=7), Cap(channel="email", contacts=1, days=7))
    one = policy(offer(channels=("email",)), contact_policy=ContactPolicy(caps=caps, pauses=(pause,)))

    assert [check.rule for check in one.checks][1:] == [
        "consent to email",
        "at most 2 shown on all channels together in 7 days",
        "at most 1 shown on email in 7 days",
        "1 declined in 30 days: the offer rests for 60 days",
    ]


@pytest.mark.parametrize("name", ["default", "activity", "grocery"])
def test_deciding_reads_features_that_are_kept_scores_and_stages(name) -> None:
    company = read_company(default_company_text(name))
    one = Policy.of(company)

    kept = {*features_read(company), *(f"stage_{each.name}" for each in company.stage_sets)}
    scores = {"churn_probability", "expected_margin"}
    assert scores <= set(one.names)
    assert {each for each in one.names if each not in kept} <= scores | {
        "churn_percentile", "value_percentile", "clv_to_cac", "health_score", "rfmt_score", "days_in_stage"
    }  # fmt: skip


def test_a_candidate_is_found_by_offer_and_channel(policy, offer) -> None:
    one = policy(offer("a", channels=("phone", "email")), offer("b"))

    assert (one.place("a", "email"), one.place("b", "phone"), one.place("b", "email"), one.place("c", "phone")) == (
        1,
        2,
        None,
        None,
    )


def test_the_shares_are_those_of_the_file(policy) -> None:
    one = policy(control_share=0.1, exploration_share=0.3)

    assert (one.shares.control, one.shares.explore) == (0.1, 0.3)
