"""Tiny builders of purchased lines by category."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from features.times import DAY

_TIME = pa.timestamp("us", tz="UTC")


def _lines(*rows: tuple[str | None, str | None, float], kind: str = "order", **known: int) -> pa.Table:
    """Build purchases from (customer, category, day), known at once unless `known_at` or `superseded_at` say a day."""
    times = [int(day * DAY) for _, _, day in rows]
    columns: dict[str, Any] = {
        "customer_id": pa.array([customer for customer, _, _ in rows], pa.string()),
        "occurred_at": pa.array(times, _TIME),
        "kind": pa.array([kind] * len(rows), pa.string()),
        "category": pa.array([category for _, category, _ in rows], pa.string()),
        "known_at": pa.array([known["known_at"] * DAY] * len(rows) if "known_at" in known else times, _TIME),
        "superseded_at": pa.array([known["superseded_at"] * DAY if "superseded_at" in known else None] * len(rows), _TIME),
    }
    return pa.table(columns)


@pytest.fixture(scope="session")
def lines() -> Callable[..., pa.Table]:
    return _lines
