"""That a KPI report is of what was known: whatever becomes known later changes no figure of an earlier moment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.company import default_company_text, read_company
from features.home import Home
from features.log.intake import Receipt, append
from features.times import DAY, Timestamp, parse_time
from training.kpis.report import kpi_report
from training.simulated import simulate

COMPANY = read_company(default_company_text("default"))
UNTIL, AS_OF = parse_time("2026-01-01"), parse_time("2025-10-16T13:30:00Z")
MEASURED = ("usage", "tickets", "purchases", "surveys", "milestones", "offers")


@pytest.fixture(scope="module")
def tables() -> Mapping[str, pa.Table]:
    return simulate(80, seed=5, until=UNTIL, years=2).tables


@pytest.fixture(scope="module", autouse=True)
def no_waiting_for_the_disk():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


def known(table: pa.Table, *, before: Timestamp) -> pa.Table:
    return table.filter(pc.less(table["known_at"], pa.scalar(before, table["known_at"].type)))


def reported(home: Home, tables: Mapping[str, pa.Table], *, as_of: Timestamp = AS_OF) -> bytes:
    receipt = Receipt(UNTIL, "given", observed_until=dict.fromkeys(tables, UNTIL))
    append(home, {name: table.to_pandas() for name, table in tables.items()}, receipt=receipt)
    return kpi_report(home, COMPANY, as_of=as_of).stages.to_json()


@pytest.fixture(scope="module")
def past(tables: Mapping[str, pa.Table], tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, bytes]:
    """Report from a log that ends where the moment of the report lies."""
    home = Home(tmp_path_factory.mktemp("past"))
    return home, reported(home, {name: known(table, before=AS_OF) for name, table in tables.items()})


def test_a_log_that_has_grown_since_tells_the_same_of_the_past(
    tables: Mapping[str, pa.Table], past: tuple[Home, bytes], tmp_path: Path
) -> None:
    assert reported(Home(tmp_path), tables) == past[1]


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(source=st.sampled_from(MEASURED), days=st.integers(0, 60), place=st.integers(0, 10_000), moved=st.booleans())
def test_a_correction_known_later_changes_nothing(
    tables: Mapping[str, pa.Table], past: tuple[Home, bytes], *, source: str, days: int, place: int, moved: bool
) -> None:
    home, before = past
    rows = known(tables[source], before=AS_OF).to_pandas()
    corrected = rows.iloc[[place % len(rows)]].copy()
    corrected["known_at"] = pd.Timestamp(AS_OF + days * DAY, unit="us", tz="UTC")
    if moved:
        corrected["customer_id"] = rows["customer_id"].iloc[(place * 7) % len(rows)]

    append(home, {source: corrected}, receipt=Receipt(UNTIL, "given"))

    assert kpi_report(home, COMPANY, as_of=AS_OF).stages.to_json() == before
