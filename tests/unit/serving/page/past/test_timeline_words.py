"""How touchpoints read: what happened in words an agent knows, and only what is known by now."""

from __future__ import annotations

import pytest

from features.times import DAY, HOUR, parse_time
from serving.history.timeline import After
from serving.history.versions import version_of
from serving.page.about.reader import Reader
from serving.page.frame.wording import wording_of
from serving.page.past.timeline import MOST_SHOWN, timeline_shown

NOW = parse_time("2026-03-10T12:00:00Z")
AT = NOW - 5 * DAY
OFFERS = {"o1": "Training session"}
ROWS = {
    "tickets": {"ticket_id": "t", "opened_at": AT, "topic": "billing", "channel": "phone"},
    "purchases": {"purchase_id": "p", "occurred_at": AT, "kind": "renewal", "revenue": 120.0, "term_days": 365.0},
    "surveys": {"survey_id": "s", "answered_at": AT, "kind": "nps", "score": 9.0},
    "mentions": {"mention_id": "m", "occurred_at": AT, "network": "forum", "sentiment": -0.4},
    "milestones": {"milestone_id": "m", "reached_at": AT, "milestone": "first_report"},
    "customers": {"first_seen_at": AT, "joined_at": AT + DAY, "display_name": "Ana"},
    "offers": {"exposure_id": "d/1", "decided_at": AT, "decision_id": "d", "rank": 1.0, "offer_id": "o1", "arm": "policy"},
}


def row(source: str, **cells):
    return version_of(source, {"customer_id": "c1", "known_at": AT, **ROWS[source], **cells})


def told(*things, after: After | None = None):
    return timeline_shown(things, after, offers=OFFERS, currency="EUR", reader=Reader(wording_of("en"), NOW))


@pytest.mark.parametrize(
    ("thing", "title", "note"),
    [
        (row("tickets"), "Ticket about billing", "Still open."),
        (row("tickets", resolved_at=AT + 3 * HOUR), "Ticket about billing", "Resolved after 3 hours."),
        (row("tickets", resolved_at=NOW + HOUR), "Ticket about billing", "Still open."),
        (row("purchases"), "Renewed the contract for €120", "For 365 days."),
        (row("purchases", kind="refund", revenue=-20.0), "Was refunded €20.00", "For 365 days."),
        (row("tickets", topic="how_to"), "Ticket about how to", "Reached us by phone."),
        (row("surveys", comment_topic="mobile_app"), "Would recommend us: 9 of 10", "Comment about mobile app."),
        (row("mentions"), "Mentioned us on forum", "Sounded unhappy."),
        (row("customers", channel="paid_search"), "First contact", "Won by paid search."),
        (row("customers"), "First contact", "Became a customer on 6 Mar 2026."),
        (row("offers", shown_at=AT, agent_id="ana"), "Offered: Training session", "Agent: ana."),
        (
            row("offers", outcome="declined", outcome_at=AT, outcome_reason="too dear"),
            "Declined: Training session",
            "Reason: too dear.",
        ),
    ],
)
def test_a_touchpoint_reads_as_a_sentence(thing, title, note):
    [one] = told(thing).touchpoints

    assert one.title.striptags() == title
    assert note in [each.striptags() for each in one.notes]


@pytest.mark.parametrize(
    ("thing", "title"),
    [
        (row("surveys"), "Would recommend us: 9 of 10"),
        (row("milestones"), "Reached: first report"),
        (row("purchases", kind="order", revenue=None), "Ordered"),
        (row("mentions", network=None), "Mentioned us in public"),
    ],
)
def test_a_touchpoint_says_what_is_known_and_no_more(thing, title):
    assert told(thing).touchpoints[0].title.striptags() == title


def test_words_from_outside_are_no_html_and_keep_their_direction_to_themselves():
    [one] = told(row("purchases", product_id="<b>\u202eabc")).touchpoints

    assert one.notes[0] == "Product: <bdi>&lt;b&gt;\u202eabc</bdi>."


@pytest.mark.parametrize("cells", [{}, {"offer_id": "nothing", "shown_at": AT}, {"shown_at": NOW + HOUR}])
def test_what_was_only_decided_did_not_touch_the_customer(cells):
    assert told(row("offers", **cells)).touchpoints == ()


def test_older_touchpoints_begin_where_the_newer_ended():
    things = [row("purchases", purchase_id=f"p{30 - number:02}", occurred_at=AT - number) for number in range(30)]

    newest = told(*things)
    last = newest.touchpoints[-1]
    older = told(*things, after=After(last.at, "purchases", f"p{30 - MOST_SHOWN + 1:02}"))

    assert (len(newest.touchpoints), newest.is_first, bool(newest.older)) == (MOST_SHOWN, True, True)
    assert (len(older.touchpoints), older.is_first, older.older) == (10, False, "")
    assert older.touchpoints[0].at == last.at - 1
