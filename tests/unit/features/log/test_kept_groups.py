"""Row groups kept decoded: they say of each customer what the log says, within bounds, and nothing of files that are gone."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from features.contracts.schemas import LATEST, delivered_schema
from features.contracts.sources import SOURCES
from features.erasing.log import erase_from_log
from features.home import Home
from features.log import kept_groups
from features.log.compaction import compact
from features.log.intake import Receipt, append
from features.log.kept_groups import KeptGroups
from features.log.store import EventLog

COLUMNS = ("mention_id", "known_at", "occurred_at", "network")
CUSTOMERS = [f"c{number}" for number in range(40)]


def mention(customer_id: str | None, number: int, *, known_at: int = 10) -> dict[str, object]:
    at = number % 7
    return {
        "customer_id": customer_id,
        "known_at": known_at,
        "mention_id": f"m{number}",
        "occurred_at": at,
        "network": f"n{number % 3}",
    }


def tell(home: Home, *rows: dict[str, object]) -> None:
    table = pa.Table.from_pylist(list(rows), schema=delivered_schema(SOURCES["mentions"]))
    append(home, {"mentions": table}, receipt=Receipt(received_at=LATEST, known_at="given"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A log of several runs, with rows of nobody, and more than one of most."""
    home = Home(tmp_path / "var")
    tell(home, *(mention(CUSTOMERS[number % 40], number) for number in range(100)), *(mention(None, 1000 + n) for n in range(9)))
    compact(home)
    tell(home, *(mention(CUSTOMERS[number % 17], number, known_at=20) for number in range(0, 100, 5)))
    tell(home, mention("late", 500), mention("c3", 501))
    return home


def read_by(groups: KeptGroups, log: EventLog, customer_id: str) -> list[dict[str, object]]:
    return groups.customer(log, "mentions", customer_id, columns=COLUMNS).to_pylist()


@pytest.mark.parametrize("most_bytes", [0, 2_000, 1_000_000])
def test_what_is_kept_says_what_the_log_says(home, most_bytes):
    log, groups = EventLog.open(home), KeptGroups(most_bytes=most_bytes)

    for customer_id in [*CUSTOMERS, "late", "nobody", *CUSTOMERS[::-1]]:
        assert read_by(groups, log, customer_id) == log.customer("mentions", customer_id, columns=COLUMNS).to_pylist()


def test_a_source_without_rows_has_none_of_anybody(home):
    names = ("event_id", "known_at", "occurred_at")

    found = KeptGroups(most_bytes=1_000).customer(EventLog.open(home), "usage", "c1", columns=names)

    assert (found.num_rows, tuple(found.column_names)) == (0, names)


def test_the_next_customer_of_a_group_costs_no_reading(home, monkeypatch):
    log, groups = EventLog.open(home), KeptGroups(most_bytes=1_000_000)
    alike = [one for one in CUSTOMERS if log.bucket_of(one) == log.bucket_of("c1")]
    read_by(groups, log, "c1")
    monkeypatch.setattr(kept_groups, "read_groups", None)

    assert all(read_by(groups, log, one) for one in alike)


def test_of_who_was_erased_nothing_is_kept(home):
    groups = KeptGroups(most_bytes=1_000_000)
    read_by(groups, EventLog.open(home), "c1")

    erase_from_log(home, ["c1"])
    read_by(groups, EventLog.open(home), "c2")

    kept = [group.rows.to_pylist() for group in groups._kept.values()]
    assert not any(row["customer_id"] == "c1" for rows in kept for row in rows)


def test_no_more_is_kept_than_there_is_room_for(home):
    log, groups = EventLog.open(home), KeptGroups(most_bytes=3_000)

    for customer_id in CUSTOMERS:
        read_by(groups, log, customer_id)

    held = sum(group.rows.nbytes for group in groups._kept.values())
    assert held == groups._bytes
    assert 0 < held <= 3_000
