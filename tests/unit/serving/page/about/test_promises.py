"""What an agent reads of open tickets, answers and consent: what was promised, what is overdue, and on which channel to speak."""

from __future__ import annotations

import pytest

from features.company import default_company_text, read_company
from features.times import DAY, HOUR, parse_time
from serving.history.versions import version_of
from serving.page.about.reader import Reader
from serving.page.about.service import nps_shown, open_tickets, promise_for
from serving.page.frame.wording import wording_of
from serving.page.offering.recovery import open_complaints

NOW = parse_time("2026-03-10T12:00:00Z")
SAY = wording_of("en")
READER = Reader(SAY, NOW)
COMPANY = read_company(default_company_text("default"))
DECLINE = promise_for(COMPANY, {"decline", "maturity"})


def ticket(name: str, hours_ago: float, **cells):
    at = NOW - round(hours_ago * HOUR)
    row = {"ticket_id": name, "customer_id": "c1", "opened_at": at, "known_at": at, "topic": "billing", **cells}
    return version_of("tickets", row)


def shown(*tickets, promise=DECLINE):
    return open_tickets(tickets, COMPANY, promise=promise, reader=READER)


def test_a_complaint_is_open_until_it_is_resolved():
    complaints = [ticket("t1", 3, complaint=True, resolved_at=at) for at in (None, NOW - HOUR, NOW + HOUR)]

    found = open_complaints(complaints, ["billing"], now=NOW)

    assert [one.type for one in found] == ["billing", "billing"]


def test_of_two_promises_the_sooner_news_counts():
    assert (DECLINE.stage, DECLINE.update_hours) == ("decline", 8.0)


def test_what_is_overdue_stands_first_and_says_by_how_long():
    late = ticket("t1", 30, first_response_at=NOW - 20 * HOUR)
    in_time = ticket("t2", 40, first_response_at=NOW - 39 * HOUR, last_update_at=NOW - HOUR)

    first, second = shown(in_time, late)

    assert first.overdue
    assert "12 hours overdue" in first.due
    assert not second.overdue
    assert second.due.startswith("Next news promised by ")


def test_a_ticket_that_nobody_answered_is_due_its_first_answer():
    [one] = shown(ticket("t1", 1))

    assert one.due_at == NOW + HOUR
    assert one.due.startswith("A first answer is promised by ")


def test_a_resolved_ticket_is_owed_nothing():
    assert shown(ticket("t1", 50, resolved_at=NOW - HOUR)) == ()


def test_news_of_the_future_is_no_news_yet():
    [one] = shown(ticket("t1", 30, first_response_at=NOW + HOUR))

    assert one.overdue
    assert one.due.startswith("A first answer was promised by ")


def test_without_a_promise_for_the_stage_the_limit_of_the_alert_counts():
    [one] = shown(ticket("t1", 1), promise=None)

    assert one.due_at == NOW + 23 * HOUR


@pytest.mark.parametrize(
    ("cells", "title"),
    [
        ({}, "Ticket about billing"),
        ({"complaint": True}, "Complaint about billing"),
        ({"topic": None}, "Ticket"),
        ({"topic": None, "complaint": True}, "Complaint"),
    ],
)
def test_a_ticket_says_what_it_is_about(cells, title):
    assert shown(ticket("t1", 1, **cells))[0].title.striptags() == title


def survey(days_ago: int, score: float, kind: str = "nps"):
    at = NOW - days_ago * DAY
    row = {"survey_id": f"s{days_ago}", "customer_id": "c1", "answered_at": at, "known_at": at, "kind": kind, "score": score}
    return version_of("surveys", row)


@pytest.mark.parametrize(
    ("scores", "trend"),
    [((9, 7), "2 more than"), ((4, 9), "5 less than"), ((8, 8), "The same as"), ((8,), "This is the only answer")],
)
def test_answers_say_how_they_moved(scores, trend):
    told = nps_shown([survey(days, score) for days, score in enumerate(scores)], SAY)

    assert told is not None
    assert told.trend.startswith(trend)


def test_other_surveys_are_no_recommendation():
    assert nps_shown([survey(1, 5.0, kind="csat")], SAY) is None
