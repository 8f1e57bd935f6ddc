"""A log knows up to which moment what its earlier versions said is still true."""

from pathlib import Path

import pyarrow as pa
import pytest

from features.contracts.schemas import LATEST, delivered_schema
from features.contracts.sources import SOURCES
from features.home import Home
from features.log.compaction import compact
from features.log.intake import Receipt, append
from features.log.manifest import FOREVER, LONGEST_LINEAGE, LogManifest
from features.log.store import EventLog

RECEIPT = Receipt(received_at=LATEST, known_at="given")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "var")


def digest_after(home: Home, name: str, known_at: int) -> str:
    row = {"customer_id": name, "known_at": known_at, "milestone_id": name, "reached_at": 5, "milestone": "login"}
    append(home, {"milestones": pa.Table.from_pylist([row], schema=delivered_schema(SOURCES["milestones"]))}, receipt=RECEIPT)
    return EventLog.open(home).digest


def test_an_earlier_version_holds_up_to_the_earliest_that_became_known_since(home: Home) -> None:
    first, second, third = digest_after(home, "a", 10), digest_after(home, "b", 30), digest_after(home, "c", 20)

    log = EventLog.open(home)
    assert [log.holds_before(digest) for digest in (first, second, third)] == [20, 20, FOREVER]
    assert log.holds_before("0" * 64) is None


def test_a_repeated_delivery_and_a_compaction_change_no_history(home: Home) -> None:
    first, second = digest_after(home, "a", 10), digest_after(home, "b", 30)
    digest_after(home, "b", 30)

    compact(home)

    log = EventLog.open(home)
    assert (log.digest, log.holds_before(first), log.holds_before(second)) == (second, 30, FOREVER)


def test_a_later_version_of_a_row_leaves_the_time_before_it_alone(home: Home) -> None:
    first = digest_after(home, "a", 10)
    digest_after(home, "a", 50)

    assert EventLog.open(home).holds_before(first) == 50


def test_the_oldest_versions_are_forgotten() -> None:
    log, digests = LogManifest(), []
    for number in range(1, LONGEST_LINEAGE + 3):
        digests.append(log.digest)
        log = LogManifest(contents={"usage": (number, 0)}).descending_from(log, since=number)

    assert len(log.lineage) == LONGEST_LINEAGE
    assert [log.holds_before(digest) for digest in digests[:4]] == [None, None, 3, 4]
