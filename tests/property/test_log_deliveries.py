"""Whatever the order, the repetition and the splitting of deliveries, the log says the same."""

import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from features.contracts.schemas import delivered_schema, stored_schema
from features.contracts.sources import SOURCES
from features.home import Home
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.log.versions import content_sum, merge_versions

RECEIPT = Receipt(received_at=1_000, known_at="given")
PURCHASES, CUSTOMERS = SOURCES["purchases"], SOURCES["customers"]

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


def deliver(folder: Path, *batches: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> tuple[str, dict[str, str]]:
    """Append the batches in turn, and return the digest of the log and the hashes of its files."""
    home = Home(folder)
    for bought, known in batches:
        rows = {
            "purchases": pa.Table.from_pylist(bought, schema=delivered_schema(PURCHASES)),
            "customers": pa.Table.from_pylist(known, schema=delivered_schema(CUSTOMERS)),
        }
        append(home, rows, receipt=RECEIPT)
    log = EventLog.open(home)
    return log.digest, log.manifest.files


def merged(*batches: list[dict[str, Any]]) -> pa.Table:
    """One bucket after these batches arrived in turn; a NaN is absent, as the check of a delivery makes it."""
    standing = stored_schema(PURCHASES).empty_table()
    for batch in batches:
        plain = [{**row, "revenue": None if row["revenue"] != row["revenue"] else row["revenue"]} for row in batch]
        arriving = pa.Table.from_pylist(plain, schema=delivered_schema(PURCHASES))
        standing = merge_versions(PURCHASES, standing, arriving=arriving, observed_until=None).rows
    return standing


@settings(max_examples=12, deadline=None)
@given(st.lists(purchases, min_size=1, max_size=12), st.lists(customers, max_size=8), st.data())
def test_order_repetition_and_splitting_change_nothing(
    bought: list[dict[str, Any]], known: list[dict[str, Any]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(bought + data.draw(st.lists(st.sampled_from(bought), max_size=4))))
    known_shuffled = data.draw(st.permutations(known + known[:2]))
    cut, known_cut = data.draw(st.integers(0, len(shuffled))), data.draw(st.integers(0, len(known_shuffled)))

    with tempfile.TemporaryDirectory() as folder:
        once = deliver(Path(folder, "once"), (bought, known))
        again = deliver(
            Path(folder, "again"),
            (shuffled[cut:], known_shuffled[:known_cut]),
            (shuffled[:cut], known_shuffled[known_cut:]),
            (shuffled[cut:], known_shuffled[:known_cut]),
        )

    assert again == once


@settings(max_examples=12, deadline=None)
@given(st.lists(purchases, min_size=1, max_size=12), st.integers(0, 12))
def test_the_digest_is_that_of_the_stored_rows(bought: list[dict[str, Any]], cut: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        deliver(home.root, (bought[:cut], []), (bought[cut:], []))
        log = EventLog.open(home)
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
