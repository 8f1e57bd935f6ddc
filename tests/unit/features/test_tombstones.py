"""Whoever was erased stays out of the log, whatever sends the rows again, and the list of them names nobody."""

from __future__ import annotations

import threading
from pathlib import Path

import pandas as pd
import pytest

from features.home import Home
from features.log.intake import IntakeReport, Receipt, append
from features.log.store import EventLog
from features.subjects import installation_secret, subject
from features.times import DAY, parse_time
from features.tombstones import TombstonesDamaged, add_tombstone, read_tombstones

NOW = parse_time("2026-06-01")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def bury(home: Home, customer_id: str) -> bool:
    return add_tombstone(home, subject(installation_secret(home), customer_id), at=NOW)


def deliver(home: Home, *customer_ids: str, sentiment: float = 0.5) -> IntakeReport:
    published = pd.to_datetime([NOW - DAY] * len(customer_ids), unit="us", utc=True)
    rows = pd.DataFrame({"mention_id": [f"m-{each}" for each in customer_ids], "occurred_at": published})
    rows = rows.assign(customer_id=customer_ids, sentiment=sentiment)
    return append(home, {"mentions": rows}, receipt=Receipt(NOW, known_at="received"))


def test_nobody_is_erased_where_nobody_ever_was_and_no_secret_is_made(home: Home) -> None:
    tombstones = read_tombstones(home)

    assert not tombstones
    assert not tombstones.holds("c1")
    assert not home.keys.exists()


def test_a_person_is_named_once_and_never_by_their_id(home: Home) -> None:
    told = [bury(home, "canary-4711") for _ in range(2)]

    assert told == [True, False]
    assert len(read_tombstones(home)) == 1
    assert b"canary" not in home.erased.read_bytes()


def test_rows_sent_again_about_somebody_erased_are_dropped_and_counted(home: Home) -> None:
    bury(home, "c1")

    report = deliver(home, "c1", "c2")

    assert report.sources["mentions"].erased == 1
    assert EventLog.open(home).customer("mentions", "c1").num_rows == 0
    assert EventLog.open(home).customer("mentions", "c2").num_rows == 1


def test_bad_rows_about_somebody_erased_are_not_set_aside(home: Home) -> None:
    bury(home, "c1")

    report = deliver(home, "c1", sentiment=7.0)

    assert (report.sources["mentions"].quarantined, report.sources["mentions"].erased) == (0, 1)
    assert not home.quarantine.exists()


def test_nothing_comes_in_while_nobody_can_tell_who_was_erased(home: Home) -> None:
    home.erased.write_bytes(b"not a name\n")

    with pytest.raises(TombstonesDamaged, match="line 1 of erased"):
        deliver(home, "c2")


def test_many_who_are_erased_at_once_all_stand_in_the_list(home: Home) -> None:
    installation_secret(home)
    threads = [threading.Thread(target=bury, args=(home, f"c{number}")) for number in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert read_tombstones(home).among([f"c{number}" for number in range(9)]) == [f"c{number}" for number in range(8)]
