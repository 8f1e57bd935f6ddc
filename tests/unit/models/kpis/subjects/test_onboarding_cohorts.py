"""That cohorts are compared on equal terms: who still waits counts, and first days count once they are over."""

from __future__ import annotations

import numpy as np
import pytest

from features.times import DAY, parse_time
from models.kpis.arithmetic.months import quarters_before
from models.kpis.arithmetic.observations import NEVER
from models.kpis.subjects.onboarding import CohortFigure, Newcomers, cohort_figures, days_to_milestone, days_to_onboard

NOW, JOINED = parse_time("2026-07-01"), parse_time("2026-01-10")
UNKNOWN = ("uses", "active_days", "tickets", "purchases", "used_late", "stayed")


def newcomers(*reached: list[float], joined: int = JOINED, **columns: list[float]) -> Newcomers:
    """Build customers who reached each milestone so many days after joining; `inf` is not yet."""
    count = len(reached)
    days = np.array(reached, float).reshape(count, -1)
    moments = np.where(np.isinf(days), float(NEVER), joined + np.where(np.isinf(days), 0, days) * DAY)
    known = {name: np.array(columns.get(name, [np.nan] * count)) for name in UNKNOWN}
    found = np.where(np.isinf(days), NEVER, np.minimum(moments, 2.0**62).astype(np.int64))
    return Newcomers(np.arange(count), np.zeros(count, np.int8), np.full(count, joined), reached=found, **known)


def by_measure(who: Newcomers, milestones: list[tuple[str, int]]) -> dict[str, CohortFigure]:
    found = cohort_figures(who, milestones, cohorts=quarters_before(NOW, 4), as_of=NOW)
    return {each.measure: each for each in found}


def test_onboarded_is_who_has_reached_the_last_milestone() -> None:
    who = newcomers([5.0, 20.0], [7.0, 40.0], [6.0, 60.0])

    assert days_to_onboard(who, as_of=NOW).figure().value == 40.0
    assert days_to_milestone(who, 0, as_of=NOW).figure().value == 6.0


def test_who_never_reaches_it_is_not_left_out() -> None:
    who = newcomers([5.0], [6.0], [np.inf], [np.inf], [np.inf])

    assert np.isinf(days_to_onboard(who, as_of=NOW).figure().value)


def test_where_the_company_names_no_milestone_nobody_waits() -> None:
    who = newcomers(*[[] for _ in range(3)])

    assert days_to_onboard(who, as_of=NOW).figure().count == 0


def test_a_cohort_tells_days_shares_by_the_due_day_and_who_stayed() -> None:
    who = newcomers([5.0], [20.0], [40.0], [np.inf], used_late=[1.0, 1.0, 1.0, 0.0], stayed=[1.0, 1.0, 0.0, 0.0])

    found = by_measure(who, [("setup", 30)])

    assert found["setup_by_day_30"].figure.value == pytest.approx(0.5)
    assert found["days_to_onboard"].figure.value == 20.0
    assert found["seeing_value_at_day_90"].figure.value == 0.75
    assert found["stayed_at_day_180"].figure.value == 0.5
    assert {each.cohort for each in found.values()} == {"2026-Q1"}


def test_what_was_never_received_is_absent_and_not_nought() -> None:
    found = by_measure(newcomers([5.0], tickets=[2.0]), [("setup", 30)])

    assert found["first_90d_tickets"].figure.value == 2.0
    assert "first_90d_uses" not in found


def test_a_quarter_whose_customers_had_not_their_days_yet_is_not_whole() -> None:
    late = newcomers([5.0], [6.0], joined=parse_time("2026-06-01"))

    found = by_measure(late, [("setup", 7), ("training", 90)][:1])

    assert not found["days_to_setup"].whole
    assert "first_90d_tickets" not in found
