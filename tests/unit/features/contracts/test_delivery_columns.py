import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest

from features.contracts.columns import Columns, as_table, read_columns
from features.contracts.sources import SOURCES

UTC = pa.timestamp("us", tz="UTC")


def milestones(**columns: object) -> Columns:
    given = {
        "customer_id": pa.array(["c1", "c2"]),
        "known_at": pa.array([1, 2], UTC),
        "milestone_id": pa.array(["m1", "m2"]),
        "reached_at": pa.array([1, 2], UTC),
        "milestone": pa.array(["first_login", "first_invoice"]),
    }
    return read_columns(SOURCES["milestones"], pa.table({**given, **columns}))


def usage_quantity(values: pa.Array) -> Columns:
    times = pa.array([1] * len(values), UTC)
    ids = pa.array(["1"] * len(values))
    rows = {"customer_id": ids, "known_at": times, "event_id": ids, "occurred_at": times, "feature": ids, "quantity": values}
    return read_columns(SOURCES["usage"], pa.table(rows))


def test_a_misspelt_column_is_named_with_the_one_meant() -> None:
    found = milestones(mileston=pa.array(["a", "b"]))

    assert found.faults == ("milestones.mileston: this delivery may not bring this column; did you mean `milestone`?",)


def test_every_missing_required_column_is_named() -> None:
    found = read_columns(SOURCES["milestones"], pa.table({"customer_id": ["c1"]}))

    assert [fault.split(":")[0] for fault in found.faults] == [
        "milestones.known_at",
        "milestones.milestone_id",
        "milestones.reached_at",
        "milestones.milestone",
    ]


@pytest.mark.parametrize(
    "naive",
    [
        pa.array([1, 2], pa.timestamp("us")),
        pa.array([1, 2], pa.date32()),
        pa.array(["2026-01-01 10:00:00", "2026-01-02T10:00"]),
    ],
    ids=["timestamp", "date", "text"],
)
def test_a_naive_time_column_is_refused(naive: pa.Array) -> None:
    (fault,) = milestones(reached_at=naive).faults

    assert fault.startswith("milestones.reached_at: ")
    assert "naive time" in fault


def test_a_column_of_another_type_is_refused_and_not_coerced() -> None:
    found = milestones(milestone=pa.array([1, 2]))

    assert found.faults == ("milestones.milestone: needs text, found int64",)
    assert "milestone" in found.faulty


def test_times_of_any_zone_and_unit_become_microseconds_utc() -> None:
    found = milestones(reached_at=pa.array([1_000, 2_000], pa.timestamp("ms", tz="America/Sao_Paulo")))

    assert found.table["reached_at"].cast(pa.int64()).to_pylist() == [1_000_000, 2_000_000]


def test_a_time_too_great_for_microseconds_is_left_for_the_row_check() -> None:
    found = milestones(reached_at=pa.array([2**60, -(2**60)], pa.timestamp("s", tz="UTC")))

    assert found.faults == ()
    assert [moment.year for moment in found.table["reached_at"].to_pylist()] == [2200, 1969]


def test_text_is_read_as_what_the_contract_says() -> None:
    found = milestones(reached_at=pa.array(["1970-01-01T01:00:00+01:00", "1970-01-01T00:00:00.000007Z"]))

    assert found.table["reached_at"].cast(pa.int64()).to_pylist() == [0, 7]


def test_a_single_unreadable_cell_is_a_fault_of_its_row() -> None:
    found = usage_quantity(pa.array(["1.5", "many", None]))

    reason, rows = found.unreadable["quantity"]
    assert found.faults == ()
    assert reason == "text that is no number"
    assert rows.tolist() == [False, True, False]
    assert found.table["quantity"].to_pylist() == [1.5, None, None]


def test_nan_is_absent_and_zero_has_no_sign() -> None:
    found = usage_quantity(pa.array([float("nan"), -0.0]))

    assert [str(value) for value in found.table["quantity"].to_pylist()] == ["None", "0.0"]


def test_a_frame_with_zones_keeps_its_moments() -> None:
    frame = pd.DataFrame({"at": pd.to_datetime(["2026-01-01T00:00:00+02:00", None], utc=True)})

    assert as_table(frame)["at"].to_pylist() == [dt.datetime(2025, 12, 31, 22, tzinfo=dt.UTC), None]


def test_a_frame_column_of_mixed_types_fits_no_contract() -> None:
    table = as_table(pd.DataFrame({"milestone": [1, "a"]}))

    found = read_columns(SOURCES["milestones"], table)

    assert "milestones.milestone: needs text, found binary" in found.faults
