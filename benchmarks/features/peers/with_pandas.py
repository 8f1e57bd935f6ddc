"""How would a competent user of pandas compute the 44 features: a moment at a time, ever smaller windows, no row in a loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.features.chosen import NAMES
from features.times import Timestamp, to_datetime

_DAY = pd.Timedelta(days=1)
_READ = {
    "usage": ("known_at", "occurred_at", "feature", "user_id", "quantity"),
    "tickets": (
        *("known_at", "opened_at", "complaint", "first_response_at", "resolved_at"),
        *("contacts", "waiting_seconds", "hand_overs"),
    ),
    "purchases": ("known_at", "occurred_at", "kind", "category", "revenue"),
}
_TEXTS = ("feature", "user_id", "kind", "category")


@dataclass(frozen=True)
class _Found:
    """Features by name, indexed by customer; whom they lack has 0 in the one, nothing in the other."""

    or_zero: Mapping[str, pd.Series]
    or_missing: Mapping[str, pd.Series]

    def __or__(self, other: _Found) -> _Found:
        return _Found({**self.or_zero, **other.or_zero}, {**self.or_missing, **other.or_missing})


def write_features(parquet: Path, moments: Sequence[Timestamp], out: Path) -> None:
    """Write one Parquet file a moment."""
    customers = pd.read_parquet(parquet / "customers.parquet", columns=["customer_id", "known_at", "first_seen_at", "joined_at"])
    events = {
        source: _read(parquet / f"{source}.parquet", columns, customers["customer_id"]) for source, columns in _READ.items()
    }
    for moment in moments:
        as_of = pd.Timestamp(to_datetime(moment))
        there = customers[(customers["first_seen_at"] < as_of) & (customers["known_at"] < as_of)]
        joined = there["joined_at"]
        found = _Found({}, {"tenure_days": (as_of - joined.where(joined < as_of)) / _DAY})
        found |= _usage(_visible(events["usage"], "occurred_at", as_of), as_of)
        found |= _tickets(_visible(events["tickets"], "opened_at", as_of), as_of)
        found |= _purchases(_visible(events["purchases"], "occurred_at", as_of), as_of)
        zero = {name: values.reindex(there.index, fill_value=0) for name, values in found.or_zero.items()}
        missing = {name: values.reindex(there.index) for name, values in found.or_missing.items()}
        table = pd.DataFrame(zero | missing)[list(NAMES)].astype("float32")
        table.insert(0, "customer_id", there["customer_id"])
        table.to_parquet(out / f"{as_of.date()}.parquet", index=False, compression=None)


def _read(file: Path, columns: Sequence[str], customer_ids: pd.Series) -> pd.DataFrame:
    """Read rows with texts as categories and customers as positions: grouping by small integers is what pandas does best."""
    table = pd.read_parquet(file, columns=["customer_id", *columns], read_dictionary=["customer_id", *_TEXTS])
    owners = table.pop("customer_id").astype("category").cat
    return table.assign(customer=pd.Index(customer_ids).get_indexer(owners.categories)[owners.codes])


def _visible(rows: pd.DataFrame, time: str, as_of: pd.Timestamp) -> pd.DataFrame:
    return rows[(rows[time] < as_of) & (rows["known_at"] < as_of)]


def _since(rows: pd.DataFrame, time: str, begin: pd.Timestamp) -> pd.DataFrame:
    return rows[rows[time] >= begin]


def _usage(rows: pd.DataFrame, as_of: pd.Timestamp) -> _Found:
    age = (as_of - rows["occurred_at"]) / _DAY
    decayed = np.exp2(-age / 45).groupby(rows["customer"]).sum()
    newest = rows.groupby("customer")["occurred_at"].max()
    counts, by_days = {"lifetime": rows.groupby("customer").size()}, {}
    for days in (365, 210, 90, 30, 7):
        rows = by_days[days] = _since(rows, "occurred_at", as_of - days * _DAY)
        counts[f"{days}d"] = rows.groupby("customer").size()
    season = by_days[210]
    weeks = 14.5 - ((as_of - season["occurred_at"]).dt.as_unit("us").astype("int64") - 1) // (7 * 86_400_000_000)
    quarter, month = by_days[90], by_days[30]
    users = month.dropna(subset=["user_id"]).drop_duplicates(["customer", "user_id"])
    zero = {f"usage_count_{window}": count for window, count in counts.items() if window != "210d"}
    for days, some in ((30, month), (90, quarter)):
        zero |= {
            f"usage_quantity_{days}d": some.groupby("customer")["quantity"].sum(min_count=1),
            f"usage_breadth_{days}d": some.drop_duplicates(["customer", "feature"]).groupby("customer").size(),
            f"usage_active_days_{days}d": _days(some).groupby("customer").size(),
        }
    zero |= {
        "usage_users_30d": users.groupby("customer").size(),
        "usage_decayed_45d": decayed,
        "usage_slope_30w": weeks.groupby(season["customer"]).sum() / 2247.5,
    }
    week = counts["7d"].reindex(counts["210d"].index, fill_value=0)
    return _Found(zero, {"usage_days_since_last": (as_of - newest) / _DAY, "usage_week_vs_30w": week * 30 / counts["210d"]})


def _days(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a customer and day, in the order of the rows."""
    day = rows["occurred_at"].dt.floor("D")
    return pd.DataFrame({"customer": rows["customer"], "day": day}).drop_duplicates()


def _tickets(rows: pd.DataFrame, as_of: pd.Timestamp) -> _Found:
    year = _since(rows, "opened_at", as_of - 365 * _DAY)
    quarter = _since(year, "opened_at", as_of - 90 * _DAY)
    month = _since(quarter, "opened_at", as_of - 30 * _DAY)
    zero = {
        "tickets_count_30d": month.groupby("customer").size(),
        "tickets_count_90d": quarter.groupby("customer").size(),
        "tickets_count_365d": year.groupby("customer").size(),
        "tickets_open": rows[~(rows["resolved_at"] < as_of)].groupby("customer").size(),
        "tickets_complaints_90d": quarter[quarter["complaint"].eq(True)].groupby("customer").size(),
        "tickets_complaints_365d": year[year["complaint"].eq(True)].groupby("customer").size(),
    }
    answered, limit = year["first_response_at"], year["opened_at"] + _DAY
    due = (answered < as_of) | (limit < as_of)
    in_time = (answered < as_of) & (answered <= limit)
    resolved = year[year["resolved_at"] < as_of]
    contacts, waiting = resolved.dropna(subset=["contacts"]), resolved.dropna(subset=["waiting_seconds"])
    missing = {
        "tickets_days_since_last": (as_of - rows.groupby("customer")["opened_at"].max()) / _DAY,
        "tickets_first_contact_share_365d": (contacts["contacts"] == 1).groupby(contacts["customer"]).mean(),
        "tickets_answered_24h_share_365d": in_time[due].groupby(year["customer"]).mean(),
        "tickets_waiting_over_5min_share_365d": (waiting["waiting_seconds"] > 300).groupby(waiting["customer"]).mean(),
        "tickets_hand_overs_mean_365d": resolved.groupby("customer")["hand_overs"].mean(),
    }
    return _Found(zero, missing)


def _purchases(rows: pd.DataFrame, as_of: pd.Timestamp) -> _Found:
    zero: dict[str, pd.Series] = {}
    rows = rows.assign(bought=rows["kind"].isin(["order", "renewal", "upgrade"]), paid=rows["kind"] != "cancellation")
    whole, year = rows, _since(rows, "occurred_at", as_of - 365 * _DAY)
    for window, some in (
        ("lifetime", whole),
        ("365d", year),
        ("90d", _since(year, "occurred_at", as_of - 90 * _DAY)),
        ("30d", _since(year, "occurred_at", as_of - 30 * _DAY)),
    ):
        zero[f"purchases_count_{window}"] = some[some["bought"]].groupby("customer").size()
        zero[f"purchases_revenue_{window}"] = some[some["paid"]].groupby("customer")["revenue"].sum(min_count=1)
    bought = year[year["bought"]]
    categories = bought.dropna(subset=["category"]).drop_duplicates(["customer", "category"])
    by_customer = _days(whole[whole["bought"]]).groupby("customer")["day"]
    days, since_first, since_last = by_customer.size(), (as_of - by_customer.min()) / _DAY, (as_of - by_customer.max()) / _DAY
    gap = (since_first - since_last) / (days - 1).where(days > 1)
    zero |= {
        "purchases_days_365d": _days(bought).groupby("customer").size(),
        "purchases_days_lifetime": days,
        "purchases_refunds_365d": year[year["kind"] == "refund"].groupby("customer").size(),
        "purchases_categories_365d": categories.groupby("customer").size(),
    }
    missing = {
        "purchases_days_since_last": since_last,
        "purchases_days_since_first": since_first,
        "purchases_gap_mean_days": gap,
        "purchases_recency_over_gap": since_last / gap,
    }
    return _Found(zero, missing)
