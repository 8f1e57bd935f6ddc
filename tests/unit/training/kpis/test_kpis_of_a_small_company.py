"""That figures read from a log are those a person would count by hand, and what is not there is said to be absent."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from features.company import default_company_text, read_company
from features.company.service_limits import KpiLimit
from features.home import Home
from features.log.intake import Receipt, append
from features.reports.stages import FEW, KpiLine
from features.times import DAY, parse_time
from models.kpis.measures import Reach, measures_of
from training.kpis.report import KpiReport, kpi_report, notes_of

NOW = parse_time("2026-01-01")
COMPANY = read_company(default_company_text("default"))


def at(days_ago: float) -> pd.Timestamp:
    return pd.Timestamp(NOW - int(days_ago * DAY), unit="us", tz="UTC")


def events(rows: list[dict[str, Any]], *, time: str, key: str) -> pd.DataFrame:
    """Give rows an id and let each be known when it happened, or last changed."""
    table = pd.DataFrame(rows)
    table[key] = [f"{key}{number}" for number in range(len(table))]
    late = [name for name in ("resolved_at", "outcome_at") if name in table.columns]
    return table.assign(known_at=table[[time, *late]].max(axis=1) + pd.Timedelta(seconds=1))


def company() -> dict[str, pd.DataFrame]:
    """Ten customers who joined 300 days ago on a monthly contract: three leave; each asked support once, two waited long."""
    customers = [{"customer_id": f"c{n}", "first_seen_at": at(300), "joined_at": at(300), "known_at": at(300)} for n in range(10)]
    terms = [
        {"customer_id": f"c{n}", "occurred_at": at(300 - 30 * term), "kind": "renewal" if term else "order", "term_days": 30.0}
        for n in range(10)
        for term in range(8 if n < 3 else 10)
    ]
    uses = [{"customer_id": f"c{n}", "occurred_at": at(day + 0.5), "feature": "report"} for n in range(10) for day in range(300)]
    asked = [
        {
            "customer_id": f"c{n}",
            "opened_at": at(40),
            "first_response_at": at(40 - (1.5 if n < 2 else 0.25)),
            "resolved_at": at(38),
            "contacts": 1.0 if n < 6 else 3.0,
            "hand_overs": 1.0,
            "channel": "fax" if n < 4 else "phone",
        }
        for n in range(10)
    ]
    scores = [{"customer_id": f"c{n}", "answered_at": at(35), "kind": "csat", "score": 4.0 if n < 5 else 3.0} for n in range(10)]
    return {
        "customers": pd.DataFrame(customers),
        "purchases": events([{**row, "margin": 50.0} for row in terms], time="occurred_at", key="purchase_id"),
        "usage": events(uses, time="occurred_at", key="event_id"),
        "tickets": events(asked, time="opened_at", key="ticket_id"),
        "surveys": events(scores, time="answered_at", key="survey_id"),
    }


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> KpiReport:
    home, observed = Home(tmp_path_factory.mktemp("small")), dict.fromkeys(company(), NOW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        append(home, company(), receipt=Receipt(NOW, "given", observed_until=observed))
        return kpi_report(home, COMPANY, as_of=NOW)


@pytest.fixture(scope="module")
def told(report: KpiReport) -> dict[str, KpiLine]:
    return {line.kpi: line for line in report.stages.everybody}


@pytest.mark.parametrize(
    ("kpi", "value", "count"),
    [
        ("first_response_hours", (2 * 36 + 8 * 6) / 10, 10),
        ("answered_24h_share", 0.8, 10),
        ("first_contact_share", 0.6, 10),
        ("resolution_hours", 48.0, 10),
        ("hand_overs", 1.0, 10),
        ("csat", 3.5, 10),
    ],
)
def test_a_figure_is_what_one_would_count_by_hand(told: dict[str, KpiLine], kpi: str, value: float, count: int) -> None:
    assert told[kpi].value == pytest.approx(value)
    assert told[kpi].count == count


def test_ten_tickets_of_ten_customers_in_a_quarter_are_one_each(told: dict[str, KpiLine]) -> None:
    assert told["tickets_per_customer"].value == pytest.approx(1.0, abs=0.01)


def test_margin_a_year_is_what_was_bought_less_what_tickets_cost(told: dict[str, KpiLine]) -> None:
    bought, served = (3 * 8 + 7 * 10) * 50.0, 10 * 6.0 + 2.5 * (6 * 1 + 4 * 3)

    assert told["margin_per_customer"].value == pytest.approx((bought - served) / (10 * 300 / 365.25), rel=0.01)


def test_contracts_due_are_renewed_by_all_but_three(report: KpiReport) -> None:
    due = report.gathered.facts.due
    ended = due.where(due.mature)

    assert (~ended.renewed).sum() == 3
    assert set(ended.customers[~ended.renewed].tolist()) == {0, 1, 2}


def test_three_of_ten_at_risk_left_in_the_quarter_their_terms_ended(report: KpiReport) -> None:
    left = report.gathered.facts.left
    newest = left.within(int(left.times.max()), NOW)

    assert (newest.figure().count, newest.amounts.sum()) == (10, 3.0)


def test_what_was_never_received_is_absent_and_not_nought(told: dict[str, KpiLine], report: KpiReport) -> None:
    assert told["days_to_onboard"].value is None
    assert told["days_to_onboard"].note == "no row of milestones was ever received"
    assert told["nps"].note == "the log tells of no answers to the NPS question"
    assert any("milestones" in note for note in report.stages.notes)


def test_everybody_stands_somewhere_and_their_lines_add_up(report: KpiReport) -> None:
    stages = report.stages.stages

    assert sum(stage.customers for stage in stages) == report.stages.customers == 10
    for place, line in enumerate(report.stages.everybody):
        assert sum(stage.kpis[place].count for stage in stages) == line.count, line.kpi


def test_of_whom_stood_in_a_stage_the_shares_that_moved_add_up(report: KpiReport) -> None:
    moves = report.stages.moves

    assert moves is not None
    assert (moves.since, moves.until) == ("2025-10-01T00:00:00Z", "2026-01-01T00:00:00Z")
    assert sum(each.counted for each in moves.stages) == 30  # ten customers, in three months
    assert [sum(each.shares.values()) for each in moves.stages if each.shares] == pytest.approx([1.0], abs=1e-5)


def test_of_a_stage_where_hardly_anybody_stood_no_share_is_told(report: KpiReport) -> None:
    assert report.stages.moves is not None
    assert all(not each.shares for each in report.stages.moves.stages if each.counted < FEW)
    assert any(each.counted < FEW for each in report.stages.moves.stages)


def test_a_limit_for_a_stage_of_another_set_is_said_not_to_be_held(report: KpiReport) -> None:
    other = COMPANY.model_copy(update={"kpi_limits": (KpiLimit(stage="loyalty", kpi="csat", minimum=4.0),), "slas": ()})

    notes = notes_of(replace(report.gathered, company=other), {})

    assert notes[0] == "limits and promises of loyalty: not held, since they are no stages of growth_curve"


def test_a_stopped_feed_leaves_its_later_months_out_of_its_figures_alone(report: KpiReport) -> None:
    stopped = Reach(NOW, {**report.gathered.facts.reach.sources, "tickets": NOW - 25 * DAY})

    measures = measures_of(replace(report.gathered.facts, reach=stopped), COMPANY)

    assert measures["hand_overs"].period.until == parse_time("2025-12-01")
    assert measures["csat"].period.until == NOW
