"""What a customer brought: margin less cost to serve, discounted, by the final state, of everybody known."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from features.times import DAY, Timestamp, parse_time
from training.labels.labels import ImmatureLabels
from training.labels.margin import MarginTerms, label_margin

AS_OF = parse_time("2026-01-01")
TIME = pa.timestamp("us", tz="UTC")
TIMES = {"customers": "first_seen_at", "purchases": "occurred_at", "tickets": "opened_at"}
NUMBERS = {"customers": (), "purchases": ("margin", "revenue", "term_days"), "tickets": ("contacts",)}
FREE = MarginTerms((30, 90), 0.0, 0.0, 0.0, ("purchases",))
SERVED = MarginTerms((30, 90), 0.0, 6.0, 2.5, ("purchases", "tickets"))


@dataclass(frozen=True)
class FakeLog:
    """An event log of one bucket, held in memory."""

    rows: tuple[dict[str, Any], ...]
    until: Timestamp = AS_OF + 365 * DAY
    received: tuple[str, ...] = field(default=("customers", "purchases", "tickets"))

    @property
    def manifest(self) -> Any:
        return SimpleNamespace(buckets=1, observed_until=dict.fromkeys(self.received, self.until))

    def bucket(self, source: str, _bucket: int) -> pa.Table:
        rows = sorted((row for row in self.rows if row["source"] == source), key=lambda row: (row["customer_id"], row["at"]))
        times = {TIMES[source]: "at", "known_at": "known_at", "superseded_at": "superseded_at"}
        columns = {name: pa.array([row[key] for row in rows], TIME) for name, key in times.items()}
        numbers = {name: pa.array([row.get(name) for row in rows], pa.float64()) for name in NUMBERS[source]}
        return pa.table({"customer_id": pa.array([row["customer_id"] for row in rows], pa.string()), **columns, **numbers})


def row(source: str, day: float, customer: str = "ada", **given: Any) -> dict[str, Any]:
    """Return a row on a day counted from AS_OF, known at once unless said otherwise."""
    at = AS_OF + int(day * DAY)
    return {"source": source, "customer_id": customer, "at": at, "known_at": at, "superseded_at": None, **given}


def brought(*rows: dict[str, Any], terms: MarginTerms = FREE) -> dict[str, list[float]]:
    found = label_margin(FakeLog(rows), terms, as_ofs=[AS_OF])[0]  # type: ignore[arg-type]
    return dict(zip(found.ids.to_pylist(), found.values.tolist(), strict=True))


KNOWN = row("customers", -10)


def test_purchases_from_as_of_to_the_end_of_each_horizon_count() -> None:
    days = (-1, 0, 29.9, 30, 89.9, 90)

    found = brought(KNOWN, *(row("purchases", day, margin=10.0**place) for place, day in enumerate(days)))

    assert found == {"ada": [110.0, 11110.0]}


def test_a_refund_takes_back_what_was_brought() -> None:
    assert brought(KNOWN, row("purchases", 1, margin=50.0), row("purchases", 2, margin=-20.0)) == {"ada": [30.0, 30.0]}


def test_everybody_known_is_asked_about_and_nobody_else() -> None:
    later, prospect = row("customers", 1, "eve"), row("customers", -3, "bob")

    found = brought(KNOWN, prospect, later, row("purchases", 2, "eve", margin=5.0), row("purchases", 2, "nobody", margin=5.0))

    assert found == {"ada": [0.0, 0.0], "bob": [0.0, 0.0]}


def test_tickets_and_their_contacts_cost_and_one_of_unknown_contacts_had_one() -> None:
    tickets = row("tickets", 1, contacts=3.0), row("tickets", 40, contacts=None)

    assert brought(KNOWN, *tickets, terms=SERVED) == {"ada": [-13.5, -22.0]}


def test_money_that_comes_later_is_worth_less() -> None:
    terms = MarginTerms((365, 730), 0.25, 0.0, 0.0, ("purchases",))
    log = FakeLog((KNOWN, row("purchases", 365, margin=100.0)), until=AS_OF + 800 * DAY)

    assert label_margin(log, terms, as_ofs=[AS_OF])[0].values.tolist() == [[0.0, 80.0]]  # type: ignore[arg-type]


def test_revenue_stands_in_by_the_share_margin_is_of_it_elsewhere() -> None:
    both = row("purchases", 200, margin=30.0, revenue=100.0)

    assert brought(KNOWN, row("purchases", 1, revenue=50.0), both) == {"ada": [15.0, 15.0]}
    assert brought(KNOWN, row("purchases", 1, revenue=50.0)) == {"ada": [50.0, 50.0]}


def test_a_correction_received_later_changes_what_was_brought() -> None:
    wrong = row("purchases", 1, margin=10.0, superseded_at=AS_OF + 100 * DAY)
    right = row("purchases", 1, margin=12.0, known_at=AS_OF + 100 * DAY)

    assert brought(KNOWN, wrong, right) == {"ada": [12.0, 12.0]}


def test_a_margin_is_refused_before_its_horizon_is_over() -> None:
    with pytest.raises(ImmatureLabels, match="complete until 2026-04-01"):
        label_margin(FakeLog((KNOWN,), until=AS_OF + 89 * DAY), FREE, as_ofs=[AS_OF])  # type: ignore[arg-type]


@pytest.mark.parametrize(("received", "waited_for"), [({"tickets"}, ("purchases", "tickets")), (set(), ("purchases",))])
def test_tickets_are_waited_for_where_there_are_any(received: set[str], waited_for: tuple[str, ...]) -> None:
    company: Any = SimpleNamespace(cost_to_serve=SimpleNamespace(ticket=6.0, contact=0.0), discount_rate=0.1, horizons_days=(30,))

    assert MarginTerms.of(company, received=received).sources == waited_for
