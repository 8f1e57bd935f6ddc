"""How would a competent user of polars compute the 44 features: lazily, a moment at a time, distinct values in two stages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from benchmarks.features.chosen import NAMES
from features.times import Timestamp, to_datetime

_DAY = dt.timedelta(days=1)
_WEEK_MICROSECONDS = 7 * 86_400_000_000
_MISSING_WITHOUT_ROWS = ("tenure", "since", "_share_", "_mean_", "_vs_", "_over_gap")


def write_features(parquet: Path, moments: Sequence[Timestamp], out: Path) -> None:
    """Write one Parquet file a moment."""
    for moment in moments:
        as_of = to_datetime(moment)
        features = _features(parquet, as_of).collect()
        features.write_parquet(out / f"{as_of.date()}.parquet", compression="uncompressed", statistics=False)


def _features(parquet: Path, as_of: dt.datetime) -> pl.LazyFrame:
    customers = _visible(parquet, "customers", time="first_seen_at", as_of=as_of)
    joined = pl.col("joined_at")
    table = customers.select("customer_id", tenure_days=_days_since(pl.when(joined < as_of).then(joined), as_of))
    usage = _visible(parquet, "usage", time="occurred_at", as_of=as_of)
    tickets = _visible(parquet, "tickets", time="opened_at", as_of=as_of)
    purchases = _visible(parquet, "purchases", time="occurred_at", as_of=as_of).with_columns(
        bought=pl.col("kind").is_in(["order", "renewal", "upgrade"]), paid=pl.col("kind") != "cancellation"
    )
    parts = [*_usage(usage, as_of), _tickets(tickets, as_of), *_purchases(purchases, as_of)]
    for part in parts:
        table = table.join(part, on="customer_id", how="left")
    return table.select("customer_id", *(_finished(name) for name in NAMES))


def _visible(parquet: Path, source: str, *, time: str, as_of: dt.datetime) -> pl.LazyFrame:
    return pl.scan_parquet(parquet / f"{source}.parquet").filter((pl.col(time) < as_of) & (pl.col("known_at") < as_of))


def _days_since(moment: pl.Expr, as_of: dt.datetime) -> pl.Expr:
    return (pl.lit(as_of) - moment).dt.total_microseconds() / 86_400e6


def _sum(value: str, where: pl.Expr) -> pl.Expr:
    """0 where no row is selected, missing where rows are but not one value is known."""
    chosen = pl.col(value).filter(where)
    return pl.when((chosen.len() == 0) | (chosen.count() > 0)).then(chosen.sum()).otherwise(float("nan"))


def _finished(name: str) -> pl.Expr:
    """Whom a part lacks has no rows: counts and sums are 0, the rest is missing."""
    missing = any(word in name for word in _MISSING_WITHOUT_ROWS)
    return pl.col(name).fill_null(float("nan") if missing else 0.0).cast(pl.Float32)


def _usage(usage: pl.LazyFrame, as_of: dt.datetime) -> list[pl.LazyFrame]:
    time = pl.col("occurred_at")

    def since(days: int) -> pl.Expr:
        return time >= as_of - days * _DAY

    age = (pl.lit(as_of) - time).dt.total_microseconds()
    season = since(210).sum()
    rows = usage.group_by("customer_id").agg(
        *(since(days).sum().alias(f"usage_count_{days}d") for days in (7, 30, 90, 365)),
        *(_sum("quantity", since(days)).alias(f"usage_quantity_{days}d") for days in (30, 90)),
        usage_count_lifetime=pl.len(),
        usage_days_since_last=_days_since(time.max(), as_of),
        usage_decayed_45d=(2.0 ** (-age / (45 * 86_400e6))).sum(),
        usage_slope_30w=(14.5 - (age - 1) // _WEEK_MICROSECONDS).filter(since(210)).sum() / 2247.5,
        usage_week_vs_30w=pl.when(season > 0).then(since(7).sum() * 30 / season),
    )
    quarter = usage.filter(since(90))
    kinds = {"breadth": pl.col("feature"), "active_days": time.dt.truncate("1d").alias("day")}
    distinct = [
        quarter.group_by("customer_id", key)
        .agg(newest=time.max())
        .group_by("customer_id")
        .agg((pl.col("newest") >= as_of - 30 * _DAY).sum().alias(f"usage_{name}_30d"), pl.len().alias(f"usage_{name}_90d"))
        for name, key in kinds.items()
    ]
    named = usage.filter(since(30) & pl.col("user_id").is_not_null())
    users = named.select("customer_id", "user_id").unique().group_by("customer_id").agg(usage_users_30d=pl.len())
    return [rows, *distinct, users]


def _tickets(tickets: pl.LazyFrame, as_of: dt.datetime) -> pl.LazyFrame:
    opened, answered = pl.col("opened_at"), pl.col("first_response_at")
    year = opened >= as_of - 365 * _DAY
    resolved = (pl.col("resolved_at") < as_of).fill_null(False)
    due = (answered < as_of).fill_null(False) | (opened + _DAY < as_of)
    in_time = ((answered < as_of) & (answered <= opened + _DAY)).fill_null(False)
    complaint = pl.col("complaint").fill_null(False)
    return tickets.group_by("customer_id").agg(
        *((opened >= as_of - days * _DAY).sum().alias(f"tickets_count_{days}d") for days in (30, 90, 365)),
        *((complaint & (opened >= as_of - days * _DAY)).sum().alias(f"tickets_complaints_{days}d") for days in (90, 365)),
        tickets_open=(~resolved).sum(),
        tickets_days_since_last=_days_since(opened.max(), as_of),
        tickets_first_contact_share_365d=(pl.col("contacts") == 1).filter(year & resolved).mean(),
        tickets_answered_24h_share_365d=in_time.filter(year & due).mean(),
        tickets_waiting_over_5min_share_365d=(pl.col("waiting_seconds") > 300).filter(year & resolved).mean(),
        tickets_hand_overs_mean_365d=pl.col("hand_overs").filter(year & resolved).mean(),
    )


def _purchases(purchases: pl.LazyFrame, as_of: dt.datetime) -> list[pl.LazyFrame]:
    time, bought, paid = pl.col("occurred_at"), pl.col("bought"), pl.col("paid")
    windows = {f"{days}d": as_of - days * _DAY for days in (30, 90, 365)} | {"lifetime": dt.datetime.min.replace(tzinfo=dt.UTC)}
    rows = purchases.group_by("customer_id").agg(
        *((bought & (time >= begin)).sum().alias(f"purchases_count_{window}") for window, begin in windows.items()),
        *(_sum("revenue", paid & (time >= begin)).alias(f"purchases_revenue_{window}") for window, begin in windows.items()),
        purchases_refunds_365d=((pl.col("kind") == "refund") & (time >= windows["365d"])).sum(),
    )
    only_bought = purchases.filter(bought)
    days = (
        only_bought.group_by("customer_id", time.dt.truncate("1d").alias("day"))
        .agg(newest=time.max())
        .group_by("customer_id")
        .agg(
            purchases_days_lifetime=pl.len(),
            purchases_days_365d=(pl.col("newest") >= windows["365d"]).sum(),
            purchases_days_since_last=_days_since(pl.col("day").max(), as_of),
            purchases_days_since_first=_days_since(pl.col("day").min(), as_of),
        )
    )
    count, last, first = (
        pl.col("purchases_days_lifetime"),
        pl.col("purchases_days_since_last"),
        pl.col("purchases_days_since_first"),
    )
    gap = (first - last) / (count.cast(pl.Int64) - 1)
    gaps = days.with_columns(
        purchases_gap_mean_days=pl.when(count > 1).then(gap), purchases_recency_over_gap=pl.when(count > 1).then(last / gap)
    )
    known = only_bought.filter((time >= windows["365d"]) & pl.col("category").is_not_null())
    categories = known.select("customer_id", "category").unique().group_by("customer_id").agg(purchases_categories_365d=pl.len())
    return [rows, gaps, categories]
