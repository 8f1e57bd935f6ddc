"""Customer, onboarding, voice and offers: the first days, milestones overdue, changed answers, and what became of offers."""

from __future__ import annotations

import math

import pytest

JOINED = {"first_seen_at": 130, "joined_at": 100, "profile_known_at": 100, "known_at": 100}


def test_the_first_ninety_days_are_counted_together_and_apart(features_of):
    found = features_of(
        customers=[JOINED],
        usage=[{"occurred_at": age} for age in (110, 95, 20, 5)],
        tickets=[{"opened_at": 90, "complaint": True}],
        purchases=[{"occurred_at": 100, "kind": "order"}, {"occurred_at": 99, "kind": "refund"}],
    )

    assert (found["first_90d_interactions"], found["first_90d_uses"], found["first_90d_complaints"]) == (4, 2, 1)
    assert (found["days_to_first_use"], found["days_to_join"]) == (5, 30)


def test_a_prospect_has_had_no_first_days(features_of):
    found = features_of(customers=[{"first_seen_at": 50}], usage=[{"occurred_at": 40}])

    assert math.isnan(found["first_90d_interactions"])
    assert math.isnan(found["milestones_overdue"])
    assert found["milestones_done"] == 0


@pytest.mark.parametrize(
    ("reached", "done", "overdue", "days"),
    [((), 0, 2, 93), (("set_up",), 0.5, 1, 70), (("trained",), 0.5, 1, 93), (("set_up", "trained", "other"), 1, 0, 0)],
)
def test_a_milestone_is_overdue_from_its_due_day_until_it_is_reached(features_of, reached, done, overdue, days):
    found = features_of(customers=[JOINED], milestones=[{"reached_at": 90, "milestone": name} for name in reached])

    assert (found["milestones_done_share"], found["milestones_overdue"], found["milestones_overdue_days"]) == (
        done,
        overdue,
        days,
    )


def test_a_worse_answer_is_a_change_below_zero(features_of):
    answers = [(60, "nps", 9.0), (50, "csat", 4.0), (40, "nps", 10.0), (10, "nps", 6.0)]
    found = features_of(surveys=[{"answered_at": age, "kind": kind, "score": score} for age, kind, score in answers])

    assert (found["surveys_nps_last"], found["surveys_nps_change"], found["surveys_csat_min_365d"]) == (6, -4, 4)
    assert math.isnan(found["surveys_csat_change"])


def test_a_fulfilled_offer_was_accepted_and_one_never_shown_counts_nowhere(features_of):
    answered = {"shown_at": 30, "outcome_at": 29, "kind": "discount", "channel": "email", "known_at": 20}
    fulfilled, declined = ({"decided_at": 30, **answered, "outcome": outcome} for outcome in ("fulfilled", "declined"))
    found = features_of(
        offers=[fulfilled, {**declined, "outcome_at": 25, "kind": "service"}, {"decided_at": 10, "kind": "discount"}]
    )

    assert (found["offers_shown_90d"], found["offers_shown_7d"], found["offers_acceptance_share_365d"]) == (2, 0, 0.5)
    assert (found["offers_discount_accepted_365d"], found["offers_service_declined_365d"]) == (1, 1)
    assert (found["offers_by_email_shown_365d"], found["offers_by_phone_shown_365d"]) == (2, 0)
    assert (found["offers_days_since_shown"], found["offers_days_since_declined"]) == (30, 25)


def test_consent_is_counted_and_told_by_channel(features_of):
    found = features_of(customers=[{**JOINED, "consent": ["phone", "post"]}])

    assert (found["consent_channels"], found["consent_to_email"], found["consent_to_phone"]) == (2, 0, 1)
