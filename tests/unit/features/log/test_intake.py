from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.contracts.checks import ContractBroken
from features.home import Home
from features.log.intake import Receipt, UnknownSource, append
from features.log.store import EventLog
from features.times import DAY, parse_time

START = parse_time("2026-01-01")
RECEIPT = Receipt(received_at=START + 100 * DAY, known_at="given")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "var")


def mentions(*days: int, **change: Any) -> pd.DataFrame:
    """Mentions of c1 that were known the day after they were published, one a day given."""
    published = pd.to_datetime([START + day * DAY for day in days], unit="us", utc=True)
    frame = pd.DataFrame({"mention_id": [f"m{day}" for day in days], "occurred_at": published, "customer_id": "c1"})
    return frame.assign(known_at=published + pd.Timedelta(days=1), **change)


def test_the_good_rows_of_a_batch_are_kept_and_the_bad_ones_set_aside(home: Home) -> None:
    report = append(home, {"mentions": mentions(1, 2, 3, sentiment=[0.5, 7.0, -0.5])}, receipt=RECEIPT)

    (path,) = (home.quarantine / "mentions").iterdir()
    aside = pq.read_table(path)
    assert report.sources["mentions"].reasons == {"sentiment: above 1": 1}
    assert EventLog.open(home).customer("mentions", "c1")["mention_id"].to_pylist() == ["m1", "m3"]
    assert aside.select(["row", "reason", "mention_id"]).to_pylist() == [
        {"row": 2, "reason": "sentiment: above 1", "mention_id": "m2"}
    ]


def test_the_same_bad_delivery_is_set_aside_once(home: Home) -> None:
    for _ in range(2):
        append(home, {"mentions": mentions(1, 2, sentiment=[0.5, 7.0])}, receipt=RECEIPT)

    assert len(list((home.quarantine / "mentions").iterdir())) == 1


def test_a_broken_contract_writes_nothing_at_all(home: Home) -> None:
    broken = mentions(1, 2, sentiment=[0.5, 7.0]).drop(columns="known_at")

    with pytest.raises(ContractBroken, match=r"milestones\.known_at"):
        append(home, {"mentions": mentions(1), "milestones": broken}, receipt=RECEIPT)

    assert not home.root.exists()


def test_an_unknown_source_is_refused_by_name(home: Home) -> None:
    with pytest.raises(UnknownSource, match="no such source: clicks"):
        append(home, {"clicks": mentions(1)}, receipt=RECEIPT)


def test_a_mention_of_nobody_is_kept(home: Home) -> None:
    append(home, {"mentions": mentions(1).drop(columns="customer_id")}, receipt=RECEIPT)

    log = EventLog.open(home)
    assert log.bucket("mentions", log.bucket_of(None))["customer_id"].to_pylist() == [None]


def test_a_source_is_observed_until_its_newest_row_was_known(home: Home) -> None:
    report = append(home, {"mentions": mentions(1, 4)}, receipt=RECEIPT)

    assert report.observed_until == {"mentions": START + 5 * DAY}


def test_a_source_is_observed_until_its_receipt_where_that_is_when_rows_are_known(home: Home) -> None:
    receipt = Receipt(received_at=START + 9 * DAY, known_at="received")

    report = append(home, {"mentions": mentions(1).drop(columns="known_at")}, receipt=receipt)

    assert report.observed_until == {"mentions": START + 9 * DAY}


def test_what_was_observed_never_moves_back(home: Home) -> None:
    told = Receipt(received_at=START + 50 * DAY, known_at="given", observed_until={"mentions": START + 50 * DAY, "usage": START})

    append(home, {"mentions": mentions(1)}, receipt=told)
    report = append(home, {"mentions": mentions(2)}, receipt=RECEIPT)

    assert report.observed_until == {"mentions": START + 50 * DAY, "usage": START}


def test_sources_of_one_export_are_observed_until_the_same_moment(home: Home) -> None:
    receipt = Receipt(received_at=START + 50 * DAY, known_at="given", one_export=True)
    milestones = mentions(1).rename(columns={"mention_id": "milestone_id", "occurred_at": "reached_at"}).assign(milestone="login")

    report = append(home, {"mentions": mentions(7), "milestones": milestones}, receipt=receipt)

    assert set(report.observed_until.values()) == {START + 8 * DAY}


def test_an_import_of_history_repeated_later_changes_nothing(home: Home) -> None:
    seen = pa.array([START], pa.timestamp("us", tz="UTC"))
    customers = pa.table({"customer_id": ["c1"], "first_seen_at": seen, "country": ["PT"]})

    first = append(home, {"customers": customers}, receipt=Receipt(START + 10 * DAY, "event_time"))
    again = append(home, {"customers": customers}, receipt=Receipt(START + 20 * DAY, "event_time"))

    assert first.digest == again.digest
    assert again.sources["customers"].counts.duplicates == 1
    assert EventLog.open(home).customer("customers", "c1")["profile_known_at"].cast(pa.int64()).to_pylist() == [START + 10 * DAY]
