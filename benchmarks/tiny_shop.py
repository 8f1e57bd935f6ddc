"""A tiny shop: customers who order at rates of their own and leave one day for good; it trains in seconds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.company import Company, default_company_text, read_company
from features.times import DAY, Timestamp, parse_time

START = parse_time("2025-01-01")


def orders(customers: int = 150, *, until: Timestamp, seed: int = 1) -> dict[str, pd.DataFrame]:
    """Return the rows of `customers` and `purchases` from the start of 2025 until a moment; known at once."""
    random = np.random.default_rng(seed)
    rows = []
    for customer in range(customers):
        day, pace = random.uniform(0, 120), random.uniform(8, 40)
        gone = day + random.uniform(1, 600)
        while day < min(gone, (until - START) / DAY):
            rows.append((f"c{customer}", START + int(day * DAY), float(random.uniform(5, 50))))
            day += random.exponential(pace) + 0.5
    table = pd.DataFrame(rows, columns=["customer_id", "at", "revenue"])
    times = pd.to_datetime(table.pop("at"), unit="us", utc=True)
    ids, margin = [f"p{number}" for number in range(len(table))], table["revenue"] / 3
    purchases = table.assign(purchase_id=ids, occurred_at=times, known_at=times, kind="order", margin=margin)
    first = purchases.groupby("customer_id", as_index=False).agg(first_seen_at=("occurred_at", "min"))
    return {"customers": first.assign(known_at=first["first_seen_at"], joined_at=first["first_seen_at"]), "purchases": purchases}


def shop_company(*, at_risk_days: int = 120, edition: int = 1, horizons_days: tuple[int, ...] = (30, 60, 90)) -> Company:
    """Return the company file of a shop, where who buys nothing has left."""
    text = default_company_text("activity").replace("at_risk_days = 365", f"at_risk_days = {at_risk_days}")
    text = text.replace("horizons_days = [30, 60, 90]", f"horizons_days = {list(horizons_days)}")
    text = text.replace("horizon_days = 90", f"horizon_days = {max(horizons_days)}")
    return read_company(f"{text}\n# edition {edition}\n")
