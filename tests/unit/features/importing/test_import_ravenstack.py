import datetime as dt
import json
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from features.home import Home
from features.importing.imports import import_history, receipt_for
from features.importing.mapping import shipped_mapping
from features.importing.report import ImportReport, kept_reports
from features.log.store import EventLog
from features.times import parse_time

pytestmark = pytest.mark.needs("shared_data")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("ravenstack"))


@cache
def imported(home: Home, folder: Path) -> ImportReport:
    mapping = shipped_mapping("ravenstack")
    return import_history(home, mapping, place=str(folder), receipt=receipt_for(mapping, received_at=parse_time("2026-01-01")))


@pytest.fixture
def report(home: Home, shared_data: Path) -> ImportReport:
    return imported(home, shared_data / "ravenstack")


def terms(home: Home, account: str, subscription: str) -> list[dict[str, Any]]:
    rows = EventLog.open(home).customer("purchases", account).to_pylist()
    return [row for row in rows if row["purchase_id"].startswith(subscription) and row["term_days"]]


def test_what_is_odd_about_the_data_is_counted_and_kept(home: Home, report: ImportReport) -> None:
    (kept,) = kept_reports(home)

    counted = {finding["name"]: (finding["count"], finding["of"]) for finding in kept["findings"]}
    assert counted["usage_outside_subscription"] == (19_432, 25_000)
    assert counted["tickets_before_sign_up"] == (1_077, 2_000)
    assert kept == json.loads(json.dumps(report.as_json()))


def test_every_row_keeps_its_contract_and_none_stands_for_two(home: Home, report: ImportReport) -> None:
    for source, one in report.intake.sources.items():
        assert (one.quarantined, one.counts.clashes, one.counts.versions) == (0, 0, 0), source
    assert EventLog.open(home).manifest.rows == report.selected


@pytest.mark.usefixtures("report")
def test_a_monthly_subscription_is_renewed_every_month_until_it_ends(home: Home, shared_data: Path) -> None:
    one = longest(shared_data, "monthly")

    found = terms(home, one["account_id"], one["subscription_id"])

    assert [row["kind"] for row in found] == ["order"] + ["renewal"] * (len(found) - 1)
    assert {row["term_days"] for row in found} <= {28, 29, 30, 31}
    assert days_left(found[-1], one) <= 31
    assert found[-1]["occurred_at"].replace(tzinfo=None) < one["end_date"]


@pytest.mark.usefixtures("report")
def test_a_term_is_the_whole_period_bought_though_the_subscription_ended_within_it(home: Home, shared_data: Path) -> None:
    one = longest(shared_data, "annual")

    found = terms(home, one["account_id"], one["subscription_id"])

    assert {row["term_days"] for row in found} <= {365, 366}
    assert days_left(found[-1], one) < found[-1]["term_days"]


def longest(shared_data: Path, frequency: str) -> dict[str, Any]:
    """The subscription billed this often that ran longest before it ended."""
    rows = pq.read_table(shared_data / "ravenstack" / "subscriptions.parquet").to_pylist()
    ended = [row for row in rows if row["billing_frequency"] == frequency and row["end_date"]]
    return max(ended, key=lambda row: (row["end_date"] - row["start_date"], row["subscription_id"]))


def days_left(term: dict[str, Any], subscription: dict[str, Any]) -> float:
    return (subscription["end_date"] - term["occurred_at"].replace(tzinfo=None)) / dt.timedelta(days=1)
