import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.home import Home
from features.importing.imports import import_history, place_of, receipt_for
from features.importing.mapping import shipped_mapping
from features.importing.report import ImportReport
from features.log.store import EventLog
from features.times import parse_time

HOUSEHOLDS = 30
pytestmark = pytest.mark.needs("completejourney")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("journey"))


@pytest.fixture(scope="module")
def report(home: Home, tmp_path_factory: pytest.TempPathFactory) -> ImportReport:
    """Import what the files say of thirty households; the journey imports everybody's."""
    mapping, folder = shipped_mapping("completejourney"), tmp_path_factory.mktemp("households")
    for path in Path(place_of(mapping)).rglob("*.parquet"):
        rows = pd.read_parquet(path)
        if "household_id" in rows:
            rows = rows[rows["household_id"].astype(int) <= HOUSEHOLDS]
        rows.to_parquet(folder / path.name)
    receipt = receipt_for(mapping, received_at=parse_time("2026-01-01"))
    return import_history(home, mapping, place=str(folder), receipt=receipt)


def mailings(home: Home, household: str) -> dict[str, dict[str, Any]]:
    return {row["decision_id"].split("_")[1]: row for row in EventLog.open(home).customer("offers", household).to_pylist()}


def test_every_line_of_the_files_is_accounted_for(report: ImportReport) -> None:
    assert report.raw["transactions"] == report.selected["purchases"] + sum(report.left_out.values()) > 0
    for source, one in report.intake.sources.items():
        assert (one.quarantined, one.counts.clashes, one.counts.versions) == (0, 0, 0), source


@pytest.mark.usefixtures("report")
def test_a_mailing_is_accepted_at_the_first_coupon_and_declined_at_the_end(home: Home) -> None:
    found = mailings(home, "1")

    lasted_until_24_september, open_at_the_end = found["13"], found["23"]
    assert (found["8"]["outcome"], found["8"]["shown_at"]) == ("accepted", found["8"]["decided_at"])
    assert (lasted_until_24_september["outcome"], lasted_until_24_september["outcome_reason"]) == ("declined", "not redeemed")
    assert lasted_until_24_september["outcome_at"] == dt.datetime(2017, 9, 25, 4, tzinfo=dt.UTC)
    assert open_at_the_end["outcome"] is open_at_the_end["outcome_at"] is None


@pytest.mark.usefixtures("report")
def test_no_probability_no_margin_and_no_unit_of_fuel_is_invented(home: Home) -> None:
    log = EventLog.open(home)
    offers, purchases = log.bucket("offers", 0), log.bucket("purchases", 0)

    assert offers["selection_probability"].null_count == offers.num_rows > 0
    assert purchases["margin"].null_count == purchases.num_rows > 0
    assert all(row["quantity"] is None for row in purchases.to_pylist() if row["category"] == "COUPON/MISC ITEMS")


@pytest.mark.usefixtures("report")
def test_a_trip_with_coupons_is_one_use_of_them_however_many_lines_it_has(home: Home) -> None:
    rows = pd.read_parquet(Path(place_of(shipped_mapping("completejourney"))) / "transactions.parquet")
    with_coupons = rows[(rows["coupon_disc"] > 0) & (rows["household_id"].astype(int) <= HOUSEHOLDS)]

    log = EventLog.open(home)
    uses = [use for bucket in range(log.manifest.buckets) for use in log.bucket("usage", bucket).to_pylist()]

    assert len(uses) == with_coupons["basket_id"].nunique() > 0
    assert sum(row["quantity"] for row in uses) == len(with_coupons)
    assert {row["feature"] for row in uses} == {"coupon"}
