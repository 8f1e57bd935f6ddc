"""New rows lie in deltas beside the base until they are folded in; whatever was compacted, the log says the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.contracts.schemas import LATEST, delivered_schema
from features.contracts.sources import SOURCES
from features.home import Home
from features.log import buckets as bucket_rules
from features.log.buckets import buckets_for
from features.log.compaction import compact
from features.log.intake import Receipt, append
from features.log.manifest import LogManifest, LogMissing
from features.log.store import EventLog, verify_log

RECEIPT = Receipt(received_at=LATEST, known_at="given")
CUSTOMERS = [f"c{number:03d}" for number in range(200)]


def steps(*ids: str, known_at: int = 10) -> dict[str, pa.Table]:
    """One milestone of each customer, reached at 5; a later `known_at` is a further version of the same."""
    rows = [{"customer_id": i, "known_at": known_at, "milestone_id": i, "reached_at": 5, "milestone": "login"} for i in ids]
    return {"milestones": pa.Table.from_pylist(rows, schema=delivered_schema(SOURCES["milestones"]))}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A log of 200 milestones, in base files."""
    home = Home(tmp_path / "var")
    append(home, steps(*CUSTOMERS), receipt=RECEIPT)
    return home


def manifest(home: Home) -> LogManifest:
    return EventLog.open(home).manifest


def deltas(home: Home) -> list[int]:
    return sorted(file.rows for file in manifest(home).log_files if file.is_delta)


def rows(home: Home) -> pa.Table:
    log = EventLog.open(home)
    return pa.concat_tables([log.bucket("milestones", bucket) for bucket in range(log.manifest.buckets)])


def test_rows_of_new_ids_make_one_small_file_and_touch_no_other(home: Home) -> None:
    before = manifest(home).files

    append(home, steps("new1", "new2", "new3"), receipt=RECEIPT)

    (added,) = set(manifest(home).files) - set(before)
    assert set(before) < set(manifest(home).files)
    assert added.startswith("milestones/delta/")
    assert EventLog.open(home).customer("milestones", "new2")["milestone_id"].to_pylist() == ["new2"]


def test_a_further_version_rewrites_the_bucket_of_its_id_alone(home: Home) -> None:
    append(home, steps("new1", "new2"), receipt=RECEIPT)
    before = manifest(home)

    append(home, steps("new1", known_at=20), receipt=RECEIPT)

    gone, added = set(before.files) - set(manifest(home).files), set(manifest(home).files) - set(before.files)
    touched = f"milestones/bucket={EventLog.open(home).bucket_of('new1'):02d}/"
    assert {path[: len(touched)] for path in (*gone, *added)} == {touched}
    assert deltas(home) == [1]
    assert EventLog.open(home).customer("milestones", "new1")["superseded_at"].cast(pa.int64()).to_pylist() == [20, None]


def test_a_delta_of_which_no_row_counts_any_more_is_dropped(home: Home) -> None:
    append(home, steps("new1"), receipt=RECEIPT)

    append(home, steps("new1", known_at=20), receipt=RECEIPT)

    assert deltas(home) == []
    assert manifest(home).rows == {"milestones": 202}


def test_deltas_of_like_size_become_one_so_that_there_are_few(home: Home) -> None:
    counts = []
    for day in range(12):
        append(home, steps(f"new{day}a", f"new{day}b"), receipt=RECEIPT)
        counts.append(deltas(home))

    assert counts[-1] != []
    assert sum(counts[-1]) == 24
    assert max(map(len, counts)) <= 3


def test_deltas_that_outgrow_their_share_of_the_base_are_folded_in(home: Home) -> None:
    append(home, steps(*(f"new{number}" for number in range(40))), receipt=RECEIPT)
    assert deltas(home) == [40]

    append(home, steps(*(f"late{number}" for number in range(20))), receipt=RECEIPT)

    assert deltas(home) == []
    assert manifest(home).rows == {"milestones": 260}


def test_a_delivery_that_is_large_beside_its_base_is_no_delta(home: Home) -> None:
    append(home, steps(*(f"new{number}" for number in range(60))), receipt=RECEIPT)

    assert deltas(home) == []


def test_compaction_changes_files_and_nothing_that_the_log_says(home: Home) -> None:
    append(home, steps("new1", "new2", "c007"), receipt=RECEIPT)
    log, stored = EventLog.open(home), rows(home)
    told: list[str] = []

    report = compact(home, say=told.append)

    assert (report.folded, report.digest, report.version) == ({"milestones": 1}, log.digest, 3)
    assert rows(home).equals(stored)
    assert deltas(home) == verify_log(home) == []
    assert told == ["compact milestones: 202 rows in 16 buckets"]
    assert manifest(home).lineage == log.manifest.lineage


def test_compacting_twice_writes_once(home: Home) -> None:
    append(home, steps("new1"), receipt=RECEIPT)
    first = compact(home)

    assert compact(home).version == first.version


def test_a_log_that_was_never_written_is_not_compacted(tmp_path: Path) -> None:
    with pytest.raises(LogMissing, match="lifecycle import"):
        compact(Home(tmp_path / "var"))


def test_a_reader_keeps_its_version_through_a_compaction(home: Home) -> None:
    append(home, steps("new1"), receipt=RECEIPT)
    pinned, stored = EventLog.open(home), rows(home)

    compact(home)

    read = [pinned.bucket("milestones", bucket) for bucket in range(16)]
    assert pa.concat_tables(read).equals(stored)


def test_buckets_double_where_one_would_hold_too_much(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    append(home, steps("new1"), receipt=RECEIPT)
    before = EventLog.open(home)
    monkeypatch.setattr(bucket_rules, "MOST_ROWS", 12)

    report = compact(home)

    log = EventLog.open(home)
    assert (report.buckets_before, report.buckets) == (16, log.manifest.buckets)
    assert log.manifest.buckets in (32, 64)
    assert log.digest == before.digest
    for customer in ("new1", *CUSTOMERS[::20]):
        assert log.bucket_of(customer) % 16 == before.bucket_of(customer)
        assert log.customer("milestones", customer).equals(before.customer("milestones", customer))


def test_an_append_splits_buckets_that_grew_too_large(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket_rules, "MOST_ROWS", 12)

    report = append(home, steps("new1"), receipt=RECEIPT)

    assert manifest(home).buckets > 16
    assert (report.manifest_version, manifest(home).rows) == (2, {"milestones": 201})


def test_the_first_rows_of_all_choose_the_number_of_buckets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket_rules, "MOST_ROWS", 10)

    append(Home(tmp_path), steps(*CUSTOMERS), receipt=RECEIPT)

    largest = max(run.rows for file in manifest(Home(tmp_path)).log_files for run in file.runs)
    assert manifest(Home(tmp_path)).buckets in (32, 64)
    assert largest < 14


def test_one_huge_customer_does_not_split_the_others_for_ever() -> None:
    load = np.full(16, 100_000)
    load[3] = 50_000_000

    assert buckets_for({"usage": load}, 16) <= 512


def test_buckets_hold_far_fewer_customers_than_events() -> None:
    load = np.full(16, 60_000)

    assert buckets_for({"usage": load}, 16) == 16
    assert buckets_for({"customers": load}, 16) == 64
