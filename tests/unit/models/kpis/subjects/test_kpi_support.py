"""That each figure of support is what its name says, in the month and stage it belongs to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from features.company.service_limits import Sla
from features.times import DAY, HOUR, parse_time
from models.kpis.arithmetic.observations import NEVER
from models.kpis.subjects import support
from models.kpis.subjects.complaints import complaints_handled
from models.kpis.subjects.support import Tickets
from models.kpis.subjects.voice import Answers, points

OPENED = parse_time("2026-01-10")
NOW = parse_time("2026-02-01")
UNKNOWN: dict[str, Any] = {
    "updated": NEVER,
    "complaint": False,
    "contacts": np.nan,
    "hand_overs": np.nan,
    "waiting_seconds": np.nan,
    "reopened": np.nan,
    "abandoned": np.nan,
    "delighted": np.nan,
    "channels": "web",
    "delight_factors": "unknown",
}


def tickets(*, after_hours: list[float], resolved_after: list[float] | None = None, **columns: Any) -> Tickets:
    """Build a ticket for each answer, so many hours after opening; `inf` is not yet."""
    count = len(after_hours)
    opened = columns.pop("times", np.full(count, OPENED))
    answered = [NEVER if np.isinf(hours) else at + int(hours * HOUR) for at, hours in zip(opened, after_hours, strict=True)]
    ended = resolved_after if resolved_after is not None else after_hours
    resolved = [NEVER if np.isinf(hours) else at + int(hours * HOUR) for at, hours in zip(opened, ended, strict=True)]
    given = {name: np.array(columns.get(name, [value] * count)) for name, value in UNKNOWN.items()}
    moments = {"answered": np.array(answered), "resolved": np.array(resolved)}
    stages = np.array(columns.get("stages", [0] * count), np.int8)
    return Tickets(np.arange(count), stages, np.array(opened), **moments, **given)


def test_the_first_answer_counts_in_the_month_it_came() -> None:
    late = tickets(after_hours=[2.0, 30.0 * 24])

    found = support.first_response_hours(late)

    assert found.figure().value == pytest.approx(361.0)
    assert found.within(OPENED, parse_time("2026-02-01")).amounts.tolist() == [2.0]


def test_answered_in_a_day_counts_once_the_day_is_over() -> None:
    asked = tickets(after_hours=[1.0, 25.0, np.inf, np.inf], times=[OPENED, OPENED, OPENED, NOW - HOUR])

    found = support.answered_within(asked, 24.0, as_of=NOW).figure()

    assert (found.value, found.count) == (pytest.approx(1 / 3), 3)


def test_where_no_answer_is_ever_recorded_nobody_knows_who_was_answered() -> None:
    found = support.answered_within(tickets(after_hours=[np.inf] * 3), 24.0, as_of=NOW).figure()

    assert found.count == 0


def test_where_answers_come_with_the_resolution_an_open_ticket_says_nothing() -> None:
    asked = tickets(after_hours=[2.0] * 4 + [np.inf] * 6)

    found = support.answered_within(asked, 24.0, as_of=NOW).figure()

    assert support.answers_come_with_resolution(asked)
    assert (found.value, found.count) == (1.0, 4)


def test_an_answer_before_the_opening_took_no_time() -> None:
    assert support.first_response_hours(tickets(after_hours=[-3.0])).figure().value == 0.0


def test_what_a_resolution_tells_counts_for_resolved_tickets_that_tell_it() -> None:
    asked = tickets(
        after_hours=[1.0] * 4,
        resolved_after=[4.0, 8.0, 12.0, np.inf],
        contacts=[1.0, 3.0, np.nan, 1.0],
        hand_overs=[0.0, 2.0, np.nan, 5.0],
        waiting_seconds=[100.0, 500.0, np.nan, 9.0],
        abandoned=[0.0, 1.0, np.nan, 1.0],
        reopened=[0.0, 2.0, np.nan, 0.0],
        delighted=[1.0, 0.0, 0.0, 1.0],
    )

    assert support.first_contact(asked).figure().value == 0.5
    assert support.hand_overs(asked).figure().value == 1.0
    assert support.waiting(asked).figure().value == 300.0
    assert support.waited_over(asked, 300).figure().value == 0.5
    assert support.abandoned(asked).figure().value == 0.5
    assert support.reopened(asked).figure().value == 0.5
    assert support.delighted(asked).figure().value == pytest.approx(1 / 3)
    assert support.resolution_hours(asked).figure().value == 8.0


def test_promises_are_those_of_the_stage_the_customer_asked_in() -> None:
    quick = Sla(stage="growth", first_response_hours=2.0, resolution_hours=8.0, update_hours=24.0)
    slow = quick.model_copy(update={"first_response_hours": 48.0})
    asked = tickets(after_hours=[3.0, 3.0, 3.0], resolved_after=[6.0, 20.0, 6.0], stages=[0, 1, 2])

    kept = support.promises_kept(asked, {0: quick, 1: slow}, as_of=NOW)

    assert [kept["first_response"].of_stage(stage).figure().value for stage in (0, 1)] == [0.0, 1.0]
    assert [kept["resolution"].of_stage(stage).figure().value for stage in (0, 1)] == [1.0, 0.0]
    assert kept["first_response"].of_stage(2).figure().count == 0


def test_an_open_ticket_is_owed_news_as_often_as_promised() -> None:
    sla = Sla(stage="growth", first_response_hours=2.0, resolution_hours=8.0, update_hours=24.0)
    fresh, stale = NOW - 2 * HOUR, NOW - 3 * DAY
    asked = tickets(after_hours=[1.0, 1.0], resolved_after=[np.inf, np.inf], updated=[fresh, stale])

    found = support.promises_kept(asked, {0: sla}, as_of=NOW)["update"].figure()

    assert (found.value, found.count) == (0.5, 2)


def test_satisfaction_after_a_complaint_is_the_next_answer_of_the_same_customer() -> None:
    asked = tickets(after_hours=[10.0, 100.0, 10.0], complaint=[True, True, False], hand_overs=[0.0, 2.0, 0.0])
    times = OPENED + np.array([1, 12, 13, 101, 60 * 24]) * HOUR
    answers = Answers(
        np.array([0, 0, 0, 1, 2]), np.zeros(5, np.int8), times, np.array(["csat"] * 5), np.array([1.0, 5.0, 2.0, 3.0, 4.0])
    )

    found = {(each.by, each.how): each for each in complaints_handled(asked, points(answers, "csat"))}

    assert found["delay", "within a day"].satisfaction.value == 5.0
    assert found["delay", "3 to 7 days"].satisfaction.value == 3.0
    assert found["hand-overs", "two or more"].complaints == 1
    assert found["hand-overs", "one"].complaints == 0


def test_an_answer_a_month_later_is_about_something_else() -> None:
    asked = tickets(after_hours=[10.0], complaint=[True])
    late = Answers(np.array([0]), np.zeros(1, np.int8), np.array([OPENED + 40 * DAY]), np.array(["csat"]), np.array([5.0]))

    found = complaints_handled(asked, points(late, "csat"))

    assert found[0].complaints == 1
    assert found[0].satisfaction.count == 0
