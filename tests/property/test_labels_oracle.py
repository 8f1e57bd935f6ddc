"""That labels and departures agree with a reader who goes through each customer's rows by hand, ties and corrections included."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.at_risk.events import LONG_AGO, NEVER
from features.at_risk.population import at_risk_at
from features.times import DAY, Timestamp, parse_time
from training.labels.churn import departures, label_churn

AS_OF: Timestamp = parse_time("2025-06-01")
WATERMARK = AS_OF + 60 * DAY
HORIZONS, MAIN, GRACE, LATELY = (20, 40), 40, 10, 60
TERM_KINDS = ("order", "renewal", "upgrade", "downgrade")
TIME = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, order=True)
class Version:
    """One version of a purchase, in days from AS_OF."""

    customer: str
    day: int
    key: int
    known: int
    kind: str
    term: float | None

    @property
    def end(self) -> float:
        return self.day + (self.term or 0)


def grid(first: int, last: int) -> st.SearchStrategy[int]:
    """Every fifth day, so that ends, grace, horizons and `as_of` meet exactly."""
    return st.integers(first // 5, last // 5).map(lambda step: 5 * step)


TERM = st.sampled_from([20.0, 50.0, 1e9])
KIND = st.sampled_from([*TERM_KINDS, "order", "cancellation", "refund"])
CONTENT = st.tuples(grid(-60, 55), KIND, st.one_of(st.sampled_from([None, 0.0]), TERM))
BOUGHT_BEFORE = st.tuples(grid(-60, -5), st.sampled_from(TERM_KINDS), TERM)


@st.composite
def histories(draw: st.DrawFn) -> list[list[Version]]:
    """Purchases of two customers, each as one or two versions in the order in which they became known; the first one in time."""
    purchases = []
    for key in range(draw(st.integers(1, 5))):
        first = draw(CONTENT if key else BOUGHT_BEFORE)
        known = first[0] + (draw(st.sampled_from([0, 0, 5, 40])) if key else 0)
        versions = [
            (first, known),
            *((draw(CONTENT), draw(grid(known + 5, 70))) for _ in range(draw(st.integers(0, 1)) if known < 65 else 0)),
        ]
        customer = draw(st.sampled_from("ab")) if key else "a"
        purchases.append([Version(customer, day, key, at, kind, term) for (day, kind, term), at in versions])
    return purchases


class FakeLog:
    """An event log of one bucket, held in memory."""

    manifest = SimpleNamespace(buckets=1, observed_until={"purchases": WATERMARK})

    def __init__(self, purchases: list[list[Version]]) -> None:
        self.rows = sorted((each, later.known if later else None) for versions in purchases
                           for each, later in zip(versions, [*versions[1:], None], strict=True))  # fmt: skip

    def bucket(self, _source: str, _bucket: int) -> pa.Table:
        def times(days: list[int | None]) -> pa.Array:
            return pa.array([None if day is None else AS_OF + day * DAY for day in days], TIME)

        return pa.table({
            "customer_id": pa.array([row.customer for row, _ in self.rows], pa.string()),
            "kind": pa.array([row.kind for row, _ in self.rows], pa.string()),
            "term_days": pa.array([row.term for row, _ in self.rows], pa.float64()),
            "occurred_at": times([row.day for row, _ in self.rows]),
            "known_at": times([row.known for row, _ in self.rows]),
            "superseded_at": times([later for _, later in self.rows]),
        })  # fmt: skip


def company(definition: str) -> Any:
    activity = (SimpleNamespace(source="purchases", kinds=TERM_KINDS),)
    churn = SimpleNamespace(definition=definition, at_risk_days=LATELY, grace_days=GRACE, activity=activity)
    return SimpleNamespace(churn=churn, horizons_days=HORIZONS, horizon_days=MAIN)


def newest_versions(purchases: list[list[Version]], *, before: float) -> list[Version]:
    stood = [[version for version in versions if version.known < before] for versions in purchases]
    return sorted(versions[-1] for versions in stood if versions)


def expected(purchases: list[list[Version]], definition: str) -> dict[str, list[float]]:
    asked, happened = (at_risk_active, gone_silent) if definition == "activity" else (in_force, contract_left)
    then = [row for row in newest_versions(purchases, before=0) if row.day < 0]
    now = newest_versions(purchases, before=60.5)
    at_risk = [customer for customer, rows in groupby(then, key=lambda row: row.customer) if asked(list(rows))]
    final = {customer: [row for row in now if row.customer == customer] for customer in at_risk}
    return {customer: [float(happened(final[customer], days)) for days in HORIZONS] for customer in at_risk}


def at_risk_active(rows: list[Version]) -> bool:
    return any(row.kind in TERM_KINDS and row.day >= -LATELY for row in rows)


def gone_silent(rows: list[Version], days: int) -> bool:
    return not any(row.kind in TERM_KINDS and 0 <= row.day < days for row in rows)


def terms(rows: list[Version]) -> list[Version]:
    return [row for row in rows if row.kind in TERM_KINDS and row.term]


def cancelled(rows: list[Version], first: float, last: float) -> bool:
    return any(row.kind == "cancellation" and first <= row.day < last for row in rows)


def in_force(rows: list[Version]) -> bool:
    newest = terms(rows)[-1:]
    return any(term.end > 0 and not cancelled(rows, term.day, 0) for term in newest)


def lapsed(rows: list[Version]) -> list[Version]:
    bought = terms(rows)
    return [term for place, term in enumerate(bought) if not any(later.day <= term.end + GRACE for later in bought[place + 1 :])]


def gone_before(rows: list[Version]) -> bool:
    bought = terms(rows)
    before = [term for term in bought if term.day < 0]
    if not before:
        return not any(term.day <= GRACE for term in bought)
    return cancelled(rows, before[-1].day, 0) or (before[-1] in lapsed(rows) and before[-1].end < 0)


def contract_left(rows: list[Version], days: int) -> bool:
    return gone_before(rows) or cancelled(rows, 0, days) or any(0 <= term.end < days for term in lapsed(rows))


def day_left(rows: list[Version], definition: str) -> float | None:
    """Say on which day from AS_OF a leaver left; None for activity of which nothing stands any more."""
    if definition == "activity":
        seen = [row.day for row in rows if row.kind in TERM_KINDS and row.day < 0]
        return max(seen) + MAIN if seen else None
    ends = [row.day for row in rows if row.kind == "cancellation"] + [term.end for term in lapsed(rows)]
    return 0 if gone_before(rows) else min(end for end in ends if end >= 0)


@pytest.mark.parametrize("definition", ["activity", "contract"])
@settings(max_examples=150, deadline=None)
@given(purchases=histories())
def test_labels_are_what_a_reader_of_the_rows_would_say(purchases: list[list[Version]], definition: str) -> None:
    log: Any = FakeLog(purchases)

    (found,) = label_churn(log, company(definition), as_ofs=[AS_OF])

    assert dict(zip(found.ids.to_pylist(), found.values.tolist(), strict=True)) == expected(purchases, definition)
    assert at_risk_at(log, company(definition), as_of=AS_OF).equals(found.ids)


@pytest.mark.parametrize("definition", ["activity", "contract"])
@settings(max_examples=150, deadline=None)
@given(purchases=histories())
def test_when_somebody_left_agrees_with_who_left(purchases: list[list[Version]], definition: str) -> None:
    log: Any = FakeLog(purchases)
    now = newest_versions(purchases, before=60.5)

    (labels,) = label_churn(log, company(definition), as_ofs=[AS_OF])
    (found,) = departures(log, company(definition), as_ofs=[AS_OF])

    assert found.ids.equals(labels.ids)
    for customer, left, at in zip(found.ids.to_pylist(), labels.values[:, 1], found.left_at.tolist(), strict=True):
        day = day_left([row for row in now if row.customer == customer], definition) if left else None
        nothing_stands = LONG_AGO + MAIN * DAY if left else NEVER
        assert at == (nothing_stands if day is None else AS_OF + day * DAY)
