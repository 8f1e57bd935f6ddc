"""Whatever the order, the repetition and the splitting of deliveries, the log says the same."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.contracts.schemas import LATEST, delivered_schema, stored_schema
from features.contracts.sources import SOURCES
from features.home import Home
from features.log.compaction import compact
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.log.versions import content_sum, merge_versions

RECEIPT = Receipt(received_at=LATEST, known_at="given")
PURCHASES, CUSTOMERS = SOURCES["purchases"], SOURCES["customers"]

Batch = tuple[list[dict[str, Any]], list[dict[str, Any]]]

purchases = st.fixed_dictionaries(
    {
        "customer_id": st.sampled_from(["c1", "c2", "c3"]),
        "purchase_id": st.sampled_from(["p1", "p2"]),
        "known_at": st.integers(1, 4),
        "occurred_at": st.integers(1, 3),
        "kind": st.sampled_from(["order", "refund"]),
        "revenue": st.sampled_from([None, 0.0, 1.5, float("nan")]),
    }
)
customers = st.fixed_dictionaries(
    {
        "customer_id": st.sampled_from(["c1", "c2"]),
        "known_at": st.integers(1, 3),
        "first_seen_at": st.just(1),
        "profile_known_at": st.sampled_from([None, 1, 2, 3]),
        "consent": st.sampled_from([None, [], ["email"], ["email", "phone"]]),
    }
)


def purchase(number: int) -> dict[str, Any]:
    return {"customer_id": "old", "purchase_id": f"b{number}", "known_at": 1, "occurred_at": 1, "kind": "order"}


def customer(number: int) -> dict[str, Any]:
    return {"customer_id": "old", "known_at": number, "first_seen_at": 1}


BASE = ([purchase(number) for number in range(100)], [customer(number) for number in range(1, 100)])
"""Enough rows of others for what comes later to be kept beside them, in deltas."""


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A log that stands."""
    home = Home(tmp_path_factory.mktemp("old"))
    deliver_to(home, BASE)
    return home


def deliver(old: Home, folder: Path, *batches: Batch) -> Home:
    """Append the batches in turn to a copy of a log."""
    home = Home(folder)
    shutil.copytree(old.root, folder, dirs_exist_ok=True)
    for batch in batches:
        deliver_to(home, batch)
    return home


def deliver_to(home: Home, batch: Batch) -> None:
    bought, known = batch
    rows = {
        "purchases": pa.Table.from_pylist(bought, schema=delivered_schema(PURCHASES)),
        "customers": pa.Table.from_pylist(known, schema=delivered_schema(CUSTOMERS)),
    }
    append(home, rows, receipt=RECEIPT)


def said(home: Home) -> tuple[str, list[pa.Table]]:
    """The digest of the log, and all its rows bucket by bucket."""
    log = EventLog.open(home)
    return log.digest, [log.bucket(name, bucket) for name in ("purchases", "customers") for bucket in range(log.manifest.buckets)]


def merged(*batches: list[dict[str, Any]]) -> pa.Table:
    """One bucket after these batches arrived in turn; a NaN is absent, as the check of a delivery makes it."""
    standing = stored_schema(PURCHASES).empty_table()
    for batch in batches:
        plain = [{**row, "revenue": None if row["revenue"] != row["revenue"] else row["revenue"]} for row in batch]
        arriving = pa.Table.from_pylist(plain, schema=delivered_schema(PURCHASES))
        standing = merge_versions(PURCHASES, standing, arriving=arriving, observed_until=None).rows
    return standing


@settings(max_examples=8, deadline=None)
@given(st.lists(purchases, min_size=1, max_size=12), st.lists(customers, max_size=8), st.data())
def test_order_repetition_and_splitting_change_nothing(
    old: Home, bought: list[dict[str, Any]], known: list[dict[str, Any]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(bought + data.draw(st.lists(st.sampled_from(bought), max_size=4))))
    known_shuffled = data.draw(st.permutations(known + known[:2]))
    cut, known_cut = data.draw(st.integers(0, len(shuffled))), data.draw(st.integers(0, len(known_shuffled)))

    with tempfile.TemporaryDirectory() as folder:
        once = deliver(old, Path(folder, "once"), (bought, known))
        again = deliver(
            old,
            Path(folder, "again"),
            (shuffled[cut:], known_shuffled[:known_cut]),
            (shuffled[:cut], known_shuffled[known_cut:]),
            (shuffled[cut:], known_shuffled[:known_cut]),
        )

        assert said(again) == said(once)
        compact(once)
        compact(again)
        assert said(again) == said(once)
        assert EventLog.open(again).manifest.files == EventLog.open(once).manifest.files


@settings(max_examples=8, deadline=None)
@given(st.lists(purchases, min_size=1, max_size=8), st.lists(purchases, max_size=8), st.lists(customers, max_size=4))
def test_what_held_before_an_append_holds_up_to_the_moment_the_log_says(
    old: Home, bought: list[dict[str, Any]], later: list[dict[str, Any]], known: list[dict[str, Any]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        earlier = EventLog.open(deliver(old, Path(folder, "earlier"), (bought, [])))
        log = EventLog.open(deliver(old, Path(folder, "later"), (bought, []), (later, known)))
        until = log.holds_before(earlier.digest)

        assert until is not None
        for moment in range(1, min(until, 6) + 1):
            assert visible(log, moment) == visible(earlier, moment)
        assert until > 6 or visible(log, until + 1) != visible(earlier, until + 1)


def visible(log: EventLog, as_of: int) -> list[dict[str, Any]]:
    """Every row that stands at this moment."""
    _, tables = said(log.home)
    rows = [row for table in tables for row in in_microseconds(table).to_pylist()]
    return [
        {**row, "superseded_at": None}
        for row in rows
        if row["known_at"] < as_of and (row["superseded_at"] is None or row["superseded_at"] >= as_of)
    ]


def in_microseconds(table: pa.Table) -> pa.Table:
    kinds = {field.name: pa.int64() if pa.types.is_timestamp(field.type) else field.type for field in table.schema}
    return table.cast(pa.schema(kinds))


@settings(max_examples=8, deadline=None)
@given(st.lists(purchases, min_size=1, max_size=12), st.integers(0, 12))
def test_the_digest_is_that_of_the_stored_rows(old: Home, bought: list[dict[str, Any]], cut: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        log = EventLog.open(deliver(old, Path(folder), (bought[:cut], []), (bought[cut:], [])))
        stored = pa.concat_tables([log.bucket("purchases", bucket) for bucket in range(log.manifest.buckets)])

    assert tuple(content_sum(PURCHASES, stored).tolist()) == log.manifest.contents["purchases"]
    assert stored.group_by(["customer_id", "purchase_id", "known_at"]).aggregate([]).num_rows == stored.num_rows


@given(st.lists(purchases, min_size=1, max_size=12), st.data())
def test_one_bucket_is_the_same_however_its_rows_arrive(bought: list[dict[str, Any]], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(bought))
    cut = data.draw(st.integers(0, len(bought)))

    once = merged(bought)
    again = merged(shuffled[:cut], shuffled[cut:], bought[:cut])

    assert again.equals(once)


@given(st.lists(purchases, min_size=1, max_size=12))
def test_exactly_one_version_of_an_id_is_visible_from_its_first_moment_on(bought: list[dict[str, Any]]) -> None:
    rows = merged(bought).to_pylist()

    for moment in {row["known_at"] for row in rows}:
        known = {(row["customer_id"], row["purchase_id"]) for row in rows if row["known_at"] <= moment}
        visible = [
            row for row in rows if row["known_at"] <= moment and not (row["superseded_at"] and row["superseded_at"] <= moment)
        ]
        assert sorted((row["customer_id"], row["purchase_id"]) for row in visible) == sorted(known)
