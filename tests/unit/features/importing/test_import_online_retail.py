from functools import cache
from pathlib import Path

import pytest

from features.home import Home
from features.importing.imports import import_history, receipt_for
from features.importing.mapping import shipped_mapping
from features.importing.report import ImportReport
from features.log.store import EventLog
from features.times import parse_time

pytestmark = pytest.mark.needs("shared_data")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("retail"))


@cache
def imported(home: Home, place: Path) -> ImportReport:
    mapping = shipped_mapping("online_retail")
    return import_history(home, mapping, place=str(place), receipt=receipt_for(mapping, received_at=parse_time("2026-01-01")))


@pytest.fixture
def report(home: Home, shared_data: Path) -> ImportReport:
    return imported(home, shared_data / "online_retail_2009_2010.parquet")


def test_every_line_of_the_file_is_accounted_for(report: ImportReport) -> None:
    assert report.raw == {"lines": 525_461}
    assert report.left_out["without a customer"] == 107_927
    assert report.raw["lines"] == report.selected["purchases"] + sum(report.left_out.values())


def test_nothing_of_the_selection_is_bad_and_ids_are_unique(home: Home, report: ImportReport) -> None:
    purchases = report.intake.sources["purchases"]

    assert purchases.quarantined == purchases.counts.clashes == 0
    assert EventLog.open(home).manifest.rows == report.selected


def test_british_summer_time_is_taken_off(home: Home, report: ImportReport) -> None:
    lines = EventLog.open(home).customer("purchases", "12346").to_pylist()
    hours = {line["purchase_id"].split("-")[0]: line["occurred_at"].strftime("%m-%d %H:%M") for line in lines}

    assert report.mapping.name == "online_retail"
    assert hours == {"499763": "03-02 13:08", "513774": "06-28 12:53"}


def test_no_margin_is_invented(home: Home, report: ImportReport) -> None:
    lines = EventLog.open(home).bucket("purchases", 0)

    assert report.selected["purchases"] > lines.num_rows > 0
    assert lines["margin"].null_count == lines.num_rows
