"""Support and service: what is open, who waits for news, and how well tickets went."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("ticket", "silent"),
    [
        ({"opened_at": 3}, 1),
        ({"opened_at": 0.5}, 0),
        ({"opened_at": 3, "first_response_at": 0.5}, 0),
        ({"opened_at": 3, "first_response_at": 2}, 1),
        ({"opened_at": 3, "first_response_at": 2, "last_update_at": 0.5}, 0),
        ({"opened_at": 3, "resolved_at": 2}, 0),
    ],
)
def test_an_open_ticket_is_silent_after_a_day_without_answer_or_update(features_of, ticket, silent):
    assert features_of(tickets=[{**ticket, "known_at": 0.1}])["tickets_open_silent_24h"] == silent


def test_open_tickets_are_told_apart_by_age_and_answer(features_of):
    found = features_of(tickets=[{"opened_at": 9}, {"opened_at": 8, "first_response_at": 7, "known_at": 6}, {"opened_at": 2}])

    assert (found["tickets_open"], found["tickets_open_over_7d"], found["tickets_open_unanswered"]) == (3, 2, 2)


def test_a_portal_counts_as_the_web(features_of):
    found = features_of(tickets=[{"opened_at": 9, "channel": channel} for channel in ("web", "portal", "phone", "fax")])

    assert (found["tickets_web_count_365d"], found["tickets_phone_count_365d"], found["tickets_channels_365d"]) == (2, 1, 4)


def test_more_tickets_than_before_is_above_zero(features_of):
    assert features_of(tickets=[{"opened_at": age} for age in (100, 80, 5)])["tickets_count_90d_change"] == 1


def test_service_is_judged_by_resolved_tickets(features_of):
    resolved = {"opened_at": 10, "first_response_at": 9.5, "resolved_at": 9, "known_at": 8}
    good = {**resolved, "contacts": 1, "reopened": 0, "hand_overs": 0, "waiting_seconds": 60}
    bad = {**resolved, "first_response_at": 9, "contacts": 4, "reopened": 1, "hand_overs": 2, "waiting_seconds": 900}
    found = features_of(tickets=[good, bad, {"opened_at": 1}])

    shares = ("first_contact", "reopened", "handed_over", "waiting_over_5min")
    assert [found[f"tickets_{share}_share_365d"] for share in shares] == [0.5, 0.5, 0.5, 0.5]
    assert (found["tickets_first_response_hours_365d"], found["tickets_first_response_hours_max_365d"]) == (18, 24)
    assert found["tickets_contacts_mean_365d"] == 2.5
