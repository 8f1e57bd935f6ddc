"""Who is asked about the next purchase, and what counts as one."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from features.times import DAY, Timestamp, parse_time
from training.labels.labels import ImmatureLabels
from training.labels.purchases import label_purchases

AS_OF = parse_time("2026-01-01")
TIME = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True)
class Bucket:
    """An event log of one bucket, held in memory: customers known from a day on, and purchases."""

    customers: dict[str, float]
    purchases: list[dict[str, Any]] = field(default_factory=list)
    observed: Timestamp = AS_OF + 365 * DAY

    @property
    def manifest(self) -> Any:
        return SimpleNamespace(buckets=1, observed_until={"customers": self.observed, "purchases": self.observed})

    def bucket(self, source: str, _bucket: int) -> pa.Table:
        if source == "customers":
            times = [AS_OF + int(day * DAY) for day in self.customers.values()]
            known: dict[str, list[Any]] = {"first_seen_at": times, "known_at": times, "superseded_at": [None] * len(times)}
            return _table({"customer_id": [*self.customers], **known})
        rows = sorted(self.purchases, key=lambda row: (row["customer_id"], row["occurred_at"]))
        names = ("customer_id", "kind", "occurred_at", "known_at", "superseded_at")
        return _table({name: [row[name] for row in rows] for name in names})


def _table(columns: dict[str, list[Any]]) -> pa.Table:
    return pa.table({name: pa.array(column, TIME if name.endswith("_at") else pa.string()) for name, column in columns.items()})


def bought(customer: str, day: float, kind: str = "order", **known: float) -> dict[str, Any]:
    at = AS_OF + int(day * DAY)
    versions = {name: AS_OF + int(value * DAY) for name, value in known.items()}
    return {"customer_id": customer, "occurred_at": at, "kind": kind, "known_at": at, "superseded_at": None, **versions}


def labels(log: Any, **settings: Any) -> dict[str, list[float]]:
    found = label_purchases(log, (30, 90), as_ofs=[AS_OF], **settings)[0]
    return dict(zip(found.ids.to_pylist(), found.values.tolist(), strict=True))


def test_a_purchase_counts_within_every_horizon_that_reaches_it() -> None:
    log = Bucket({"a": -9, "b": -9, "c": -9}, [bought("a", 29.9), bought("b", 30), bought("c", 90)])

    assert labels(log) == {"a": [1.0, 1.0], "b": [0.0, 1.0], "c": [0.0, 0.0]}


def test_prospects_and_the_long_silent_are_asked_about_too() -> None:
    log = Bucket({"prospect": -1, "silent": -900}, [bought("silent", -800), bought("prospect", 3)])

    assert labels(log) == {"prospect": [1.0, 1.0], "silent": [0.0, 0.0]}


def test_who_was_not_known_yet_is_not_asked_about() -> None:
    assert labels(Bucket({"later": 1, "known": -1}, [bought("later", 2)])) == {"known": [0.0, 0.0]}


def test_a_purchase_at_the_moment_itself_belongs_to_the_future() -> None:
    assert labels(Bucket({"a": -1}, [bought("a", 0)])) == {"a": [1.0, 1.0]}


@pytest.mark.parametrize(
    ("kind", "label"), [("order", 1.0), ("renewal", 1.0), ("upgrade", 1.0), ("refund", 0.0), ("downgrade", 0.0)]
)
def test_orders_renewals_and_upgrades_are_purchases(kind: str, label: float) -> None:
    assert labels(Bucket({"a": -1}, [bought("a", 5, kind)])) == {"a": [label, label]}


def test_a_correction_received_later_changes_the_label() -> None:
    log = Bucket({"a": -1}, [bought("a", 5, superseded_at=200), bought("a", 50, known_at=200)])

    assert labels(log) == {"a": [0.0, 1.0]}
    assert labels(log, until=AS_OF + 100 * DAY) == {"a": [1.0, 1.0]}


def test_a_horizon_that_is_not_over_is_refused() -> None:
    with pytest.raises(ImmatureLabels, match="purchases is complete until 2026-03-31"):
        labels(Bucket({"a": -1}, observed=AS_OF + 89 * DAY))
