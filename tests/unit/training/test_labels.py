"""Who was at risk by what was known, who left by what really happened, and when nobody can know yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from features.at_risk.events import NEVER
from features.at_risk.population import sources_read
from features.times import DAY, Timestamp, parse_time
from training.examples import newest_mature
from training.labels.churn import days_to_mature, departures, label_churn
from training.labels.labels import ImmatureLabels, Labels

AS_OF = parse_time("2026-01-01")
TIME = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True)
class FakeLog:
    """An event log of one bucket, held in memory."""

    rows: list[dict[str, Any]]
    observed_until: dict[str, Timestamp] = field(default_factory=lambda: {"purchases": AS_OF + 365 * DAY})

    @property
    def manifest(self) -> Any:
        return SimpleNamespace(buckets=1, observed_until=self.observed_until)

    def bucket(self, source: str, _bucket: int) -> pa.Table:
        rows = sorted(
            (row for row in self.rows if row["source"] == source), key=lambda row: (row["customer_id"], row["occurred_at"])
        )
        columns = {"occurred_at": TIME, "known_at": TIME, "superseded_at": TIME, "term_days": pa.float64()}
        texts = {name: pa.string() for name in ("customer_id", "kind", "feature")}
        return pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in {**texts, **columns}.items()})


def row(customer: str, day: float, kind: str = "order", **given: Any) -> dict[str, Any]:
    """Return a purchase on a day counted from AS_OF, known at once unless said otherwise."""
    at = AS_OF + int(day * DAY)
    known = {name: AS_OF + int(given.pop(name) * DAY) for name in ("known_at", "superseded_at") if name in given}
    return {
        "source": "purchases", "customer_id": customer, "occurred_at": at, "kind": kind, "feature": None,
        "term_days": None, "known_at": at, "superseded_at": None, **known, **given,
    }  # fmt: skip


def company(definition: str, *, at_risk_days: int = 365, grace_days: int = 14, horizons: tuple[int, ...] = (30, 90)) -> Any:
    activity = (SimpleNamespace(source="purchases", kinds=("order", "renewal", "upgrade")),)
    churn = SimpleNamespace(definition=definition, at_risk_days=at_risk_days, grace_days=grace_days, activity=activity)
    return SimpleNamespace(churn=churn, horizons_days=horizons, horizon_days=max(horizons))


def labels(definition: str, *rows: dict[str, Any], **settings: Any) -> dict[str, list[float]]:
    found = label_churn(FakeLog(list(rows)), company(definition, **settings), as_ofs=[AS_OF])[0]
    return dict(zip(found.ids.to_pylist(), found.values.tolist(), strict=True))


class TestActivity:
    def test_silence_through_the_horizon_is_leaving_and_a_purchase_ends_it(self) -> None:
        found = labels("activity", row("a", -5), row("a", 40), row("b", -5), row("b", 10), row("c", -5))

        assert found == {"a": [1.0, 0.0], "b": [0.0, 0.0], "c": [1.0, 1.0]}

    def test_who_bought_nothing_lately_is_not_at_risk(self) -> None:
        found = labels("activity", row("old", -366), row("edge", -365), row("refunded", -5, "refund"))

        assert list(found) == ["edge"]

    def test_an_event_at_as_of_belongs_to_the_future(self) -> None:
        assert labels("activity", row("new", 0), row("old", -1), row("old", 0)) == {"old": [0.0, 0.0]}

    def test_an_event_at_the_end_of_the_horizon_comes_too_late(self) -> None:
        assert labels("activity", row("a", -1), row("a", 90)) == {"a": [1.0, 1.0]}

    def test_a_purchase_not_yet_known_puts_nobody_at_risk(self) -> None:
        assert labels("activity", row("late", -5, known_at=1)) == {}

    def test_a_purchase_known_late_still_counts_as_staying(self) -> None:
        assert labels("activity", row("a", -5), row("a", 10, known_at=200)) == {"a": [0.0, 0.0]}

    def test_a_version_withdrawn_later_counts_as_known_then_but_not_as_having_happened(self) -> None:
        first = row("a", -5, superseded_at=20)
        corrected = row("a", -5, "refund", known_at=20)

        assert labels("activity", first, corrected, row("a", 3, superseded_at=20), row("a", 3, "refund", known_at=20)) == {
            "a": [1.0, 1.0]
        }

    def test_the_share_of_leavers_falls_with_the_horizon(self) -> None:
        found = labels("activity", *(row(f"c{day}", -1) for day in range(100)), *(row(f"c{day}", day) for day in range(100)))

        assert all(first >= last for first, last in found.values())


class TestContract:
    def test_a_cancellation_in_the_horizon_is_leaving(self) -> None:
        found = labels("contract", row("a", -10, term_days=365.0), row("a", 50, "cancellation"))

        assert found == {"a": [0.0, 1.0]}

    def test_a_term_that_ends_without_renewal_is_leaving_and_one_renewed_in_the_grace_is_not(self) -> None:
        lapsed, renewed = row("lapsed", -10, term_days=30.0), row("renewed", -10, term_days=30.0)
        too_late = row("late", -10, term_days=30.0)

        found = labels(
            "contract", lapsed, renewed, row("renewed", 34, "renewal", term_days=365.0), too_late,
            row("late", 35, "renewal", term_days=365.0),
        )  # fmt: skip

        assert found == {"lapsed": [1.0, 1.0], "renewed": [0.0, 0.0], "late": [1.0, 1.0]}

    def test_a_renewal_that_lapses_inside_the_horizon_is_leaving(self) -> None:
        found = labels("contract", row("a", -10, term_days=30.0), row("a", 20, "renewal", term_days=30.0))

        assert found == {"a": [0.0, 1.0]}

    def test_only_a_contract_in_force_is_at_risk(self) -> None:
        found = labels(
            "contract", row("over", -40, term_days=40.0), row("no_term", -5),
            row("cancelled", -40, term_days=365.0), row("cancelled", -2, "cancellation"),
            row("back", -40, term_days=365.0), row("back", -9, "cancellation"), row("back", -2, term_days=99.0),
        )  # fmt: skip

        assert list(found) == ["back"]

    def test_the_newest_term_counts_even_where_an_older_one_would_end_later(self) -> None:
        found = labels("contract", row("a", -100, term_days=365.0), row("a", -10, "upgrade", term_days=30.0))

        assert found == {"a": [1.0, 1.0]}

    def test_who_had_left_before_nobody_knowing_has_left(self) -> None:
        found = labels("contract", row("a", -40, term_days=365.0), row("a", -3, "cancellation", known_at=5))

        assert found == {"a": [1.0, 1.0]}

    def test_whose_only_contract_was_struck_out_later_has_left(self) -> None:
        bought, struck_out = row("a", -40, term_days=365.0, superseded_at=5), row("a", -40, "refund", known_at=5)
        moved = row("moved", -2, term_days=365.0, superseded_at=5), row("moved", 3, term_days=365.0, known_at=5)

        assert labels("contract", bought, struck_out, *moved) == {"a": [1.0, 1.0], "moved": [0.0, 0.0]}

    def test_a_cancellation_at_the_moment_of_the_order_cancels_it_whenever_it_is_known(self) -> None:
        known_then = [row("then", -40, term_days=365.0), row("then", -40, "cancellation")]
        known_later = [row("later", -40, term_days=365.0), row("later", -40, "cancellation", known_at=5)]

        assert labels("contract", *known_then, *known_later) == {"later": [1.0, 1.0]}

    def test_a_contract_without_end_is_in_force(self) -> None:
        assert labels("contract", row("a", -10, term_days=999_999_999.0)) == {"a": [0.0, 0.0]}


def days_left_at(definition: str, *rows: dict[str, Any]) -> dict[str, float | None]:
    (found,) = departures(FakeLog(list(rows)), company(definition), as_ofs=[AS_OF])
    moments = [None if at == NEVER else (at - AS_OF) / DAY for at in found.left_at.tolist()]
    return dict(zip(found.ids.to_pylist(), moments, strict=True))


class TestDepartures:
    def test_a_silence_is_leaving_once_it_has_lasted_the_main_horizon(self) -> None:
        found = days_left_at("activity", row("a", -5), row("back", -5), row("back", 40), row("long", -200))

        assert found == {"a": 85, "back": None, "long": -110}

    def test_a_contract_is_left_by_its_cancellation_or_its_unrenewed_end(self) -> None:
        cancelled = row("cancelled", -10, term_days=365.0), row("cancelled", 50, "cancellation")
        lapsed, stays = row("lapsed", -10, term_days=30.0), row("stays", -10, term_days=365.0)

        assert days_left_at("contract", *cancelled, lapsed, stays) == {"cancelled": 50, "lapsed": 20, "stays": None}

    def test_who_was_silent_for_the_horizon_by_what_was_known_is_noticed(self) -> None:
        rows = [row("silent", -90), row("active", -89), row("late", -95), row("late", -5, known_at=3)]

        (found,) = departures(FakeLog(rows), company("activity"), as_ofs=[AS_OF])

        assert dict(zip(found.ids.to_pylist(), found.noticed.tolist(), strict=True)) == {
            "active": False, "late": True, "silent": True
        }  # fmt: skip


class TestMaturity:
    def test_labels_of_an_unfinished_horizon_are_refused_naming_the_source(self) -> None:
        log = FakeLog([row("a", -1)], {"purchases": AS_OF + 89 * DAY})

        with pytest.raises(ImmatureLabels, match=r"until 2026-04-01T00:00:00Z: purchases is complete until 2026-03-31T00:00:00Z"):
            label_churn(log, company("activity"), as_ofs=[AS_OF])

    def test_a_contract_matures_only_after_the_grace(self) -> None:
        log = FakeLog([row("a", -1, term_days=30.0)], {"purchases": AS_OF + 103 * DAY})

        with pytest.raises(ImmatureLabels, match="2026-04-15"):
            label_churn(log, company("contract"), as_ofs=[AS_OF])

    def test_a_source_never_received_matures_never(self) -> None:
        with pytest.raises(ImmatureLabels):
            label_churn(FakeLog([], {}), company("activity"), as_ofs=[AS_OF])

    def test_the_newest_mature_moment_is_the_last_that_is_not_refused(self) -> None:
        log = FakeLog([row("a", -1, term_days=30.0)])
        asked = company("contract")
        observed = {source: log.observed_until[source] for source in sources_read(asked)}
        newest = newest_mature(observed, gap_days=days_to_mature(asked))

        assert isinstance(label_churn(log, company("contract"), as_ofs=[newest])[0], Labels)
        with pytest.raises(ImmatureLabels):
            label_churn(log, company("contract"), as_ofs=[newest + 1])

    def test_seen_from_an_earlier_today_later_corrections_are_unknown(self) -> None:
        log = FakeLog([row("a", -5), row("a", 10, superseded_at=100), row("a", 10, "refund", known_at=100)])

        as_known_at_95 = label_churn(log, company("activity"), as_ofs=[AS_OF], until=AS_OF + 95 * DAY)[0]
        as_known_now = label_churn(log, company("activity"), as_ofs=[AS_OF])[0]

        assert as_known_at_95.values.tolist() == [[0.0, 0.0]]
        assert as_known_now.values.tolist() == [[1.0, 1.0]]

    def test_customers_come_sorted_bytewise(self) -> None:
        found = labels("activity", row("b", -1), row("B", -1), row("a", -1))

        assert list(found) == ["B", "a", "b"]
