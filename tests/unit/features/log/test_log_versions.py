import hashlib

import pyarrow as pa
import pytest

from features.contracts.schemas import TIME, delivered_schema, stored_schema
from features.contracts.sources import SOURCES
from features.log.versions import Merged, as_stored, content_sum, merge_versions

USAGE, CUSTOMERS = SOURCES["usage"], SOURCES["customers"]
NONE = stored_schema(USAGE).empty_table()


def used(*rows: tuple[str, int, int, float]) -> pa.Table:
    """Usage rows of c1 by (event_id, known_at, occurred_at, quantity)."""
    named = [
        {"customer_id": "c1", "event_id": i, "known_at": k, "occurred_at": o, "feature": "f", "quantity": q}
        for i, k, o, q in rows
    ]
    return pa.Table.from_pylist(named, schema=delivered_schema(USAGE))


def merged(standing: pa.Table, arriving: pa.Table, *, observed_until: int | None = None) -> Merged:
    return merge_versions(USAGE, standing, arriving=arriving, observed_until=observed_until)


def shown(table: pa.Table, *names: str) -> list[tuple[object, ...]]:
    columns = [table[name].cast(pa.int64()) if table[name].type == TIME else table[name] for name in names]
    return list(zip(*(column.to_pylist() for column in columns), strict=True))


def test_a_version_is_superseded_by_the_next_one_known() -> None:
    found = merged(NONE, used(("e1", 30, 5, 3.0), ("e1", 10, 5, 1.0), ("e2", 20, 6, 1.0), ("e1", 20, 5, 2.0)))

    assert shown(found.rows, "event_id", "known_at", "superseded_at") == [
        ("e1", 10, 20),
        ("e1", 20, 30),
        ("e1", 30, None),
        ("e2", 20, None),
    ]
    assert (found.counts.accepted, found.counts.versions) == (4, 2)


def test_a_version_that_arrives_late_takes_its_place_between_the_others() -> None:
    standing = merged(NONE, used(("e1", 10, 5, 1.0), ("e1", 30, 5, 3.0))).rows

    found = merged(standing, used(("e1", 20, 5, 2.0)))

    assert shown(found.rows, "known_at", "superseded_at") == [(10, 20), (20, 30), (30, None)]


def test_rows_from_elsewhere_are_stored_as_the_log_would_store_them() -> None:
    rows = used(("e1", 30, 5, 3.0), ("e2", 20, 6, 1.0), ("e1", 10, 5, 1.0), ("e1", 10, 5, 2.0), ("e2", 20, 6, 1.0))

    assert as_stored(USAGE, rows) == merged(NONE, rows).rows
    assert as_stored(USAGE, rows).num_rows == 3


def test_rows_lie_in_the_order_of_their_events_even_if_a_version_moves_one() -> None:
    found = merged(NONE, used(("e1", 10, 50, 1.0), ("e2", 10, 20, 1.0), ("e1", 11, 5, 1.0)))

    assert shown(found.rows, "occurred_at", "event_id", "superseded_at") == [(5, "e1", None), (20, "e2", None), (50, "e1", 11)]


def test_a_repeated_row_is_one_row() -> None:
    standing = merged(NONE, used(("e1", 10, 5, 1.0))).rows

    found = merged(standing, used(("e1", 10, 5, 1.0), ("e1", 10, 5, 1.0)))

    assert found.counts.accepted == 0
    assert found.counts.duplicates == 2
    assert found.rows.equals(standing)


def test_the_same_one_of_two_contents_stands_whichever_came_first() -> None:
    one, other = used(("e1", 10, 5, 1.0)), used(("e1", 10, 5, 2.0))

    one_first = merged(merged(NONE, one).rows, other)
    other_first = merged(merged(NONE, other).rows, one)

    assert one_first.rows.equals(other_first.rows)
    assert one_first.counts.clashes == other_first.counts.clashes == 1
    assert one_first.counts.accepted + other_first.counts.accepted == 1


def test_an_absent_value_equals_an_absent_value_and_nothing_else() -> None:
    absent, zero = used(("e1", 10, 5, None)), used(("e1", 10, 5, 0.0))  # type: ignore[arg-type]

    assert merged(absent, absent).counts.clashes == 0
    assert merged(absent, zero).counts.clashes == 1


def test_the_earliest_moment_of_learning_a_profile_stands() -> None:
    def profile(learned_at: int) -> pa.Table:
        row = {"customer_id": "c1", "known_at": 1, "first_seen_at": 1, "profile_known_at": learned_at, "consent": ["email"]}
        return pa.Table.from_pylist([row], schema=delivered_schema(CUSTOMERS))

    later_first = merge_versions(CUSTOMERS, profile(9), arriving=profile(5), observed_until=None)
    earlier_first = merge_versions(CUSTOMERS, profile(5), arriving=profile(9), observed_until=None)

    assert shown(later_first.rows, "profile_known_at") == shown(earlier_first.rows, "profile_known_at") == [(5,)]
    assert later_first.counts.clashes == earlier_first.counts.clashes == 0


def test_late_rows_tell_of_a_time_already_observed_and_backdated_ones_claim_to_have_been_known() -> None:
    standing = merged(NONE, used(("e1", 10, 5, 1.0))).rows

    found = merged(
        standing, used(("e2", 120, 50, 1.0), ("e3", 60, 50, 1.0), ("e4", 130, 130, 1.0), ("e1", 140, 5, 2.0)), observed_until=100
    )

    assert (found.counts.late, found.counts.backdated) == (2, 1)


def test_the_sum_over_contents_follows_every_change() -> None:
    standing = merged(NONE, used(("e1", 10, 5, 1.0), ("e2", 10, 5, 1.0)))
    found = merged(standing.rows, used(("e1", 10, 5, 7.0), ("e2", 10, 5, 7.0), ("e3", 10, 5, 7.0)))

    assert ((standing.change + found.change) == content_sum(USAGE, found.rows)).all()


@pytest.mark.parametrize(("left", "right"), [(("e1", 10, 5, 1.0), ("e1", 10, 5, -1.0)), (("e1", 10, 5, 1.0), ("e1", 11, 5, 1.0))])
def test_rows_that_differ_have_different_hashes(left: tuple[str, int, int, float], right: tuple[str, int, int, float]) -> None:
    assert content_sum(USAGE, used(left)).tolist() != content_sum(USAGE, used(right)).tolist()


def test_the_hash_of_a_row_is_the_same_on_every_machine() -> None:
    spelled = f"customer_id=c1\x1fevent_id=e1\x1ffeature=f\x1fknown_at=10\x1foccurred_at=5\x1fquantity={0x3FF8 << 48}"
    digest = hashlib.blake2b(spelled.encode(), digest_size=16).digest()

    found = content_sum(USAGE, used(("e1", 10, 5, 1.5)))

    assert found.tolist() == [int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:], "big")]


@pytest.mark.parametrize(
    ("arriving", "since"),
    [
        (("e3", 40, 5, 1.0), 40),
        (("e1", 20, 5, 2.0), 20),
        (("e1", 10, 5, 4.0), 10),
        (("e1", 10, 5, 2.0), None),
        (("e1", 10, 5, 1.0), None),
    ],
    ids=["a new row", "a version between others", "a content that wins", "a content that loses", "a repeated row"],
)
def test_what_changed_is_known_by_its_earliest_moment(arriving: tuple[str, int, int, float], since: int | None) -> None:
    standing = merged(NONE, used(("e1", 10, 5, 1.0), ("e1", 30, 5, 3.0))).rows

    assert merged(standing, used(arriving)).since == since
