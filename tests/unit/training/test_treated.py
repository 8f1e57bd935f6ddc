"""Who was treated: shown an offer meant to keep them, within the horizon, and nobody else."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa

from features.home import Home
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.times import DAY, parse_time
from training.labels.treated import keeps_offers, treated_at

AS_OF = parse_time("2025-06-01")


def log_with(home: Home, shown: dict[str, tuple[str, float | None]]) -> EventLog:
    """Build a log of one offer a customer: its kind, and how many days after the moment it was shown (None: never)."""
    rows = [
        {
            "customer_id": customer,
            "exposure_id": f"{customer}/1",
            "decision_id": customer,
            "rank": 1,
            "offer_id": "an_offer",
            "kind": kind,
            "arm": "policy",
            "selection_probability": 0.5,
            "decided_at": pd.Timestamp(AS_OF + int((days or 0) * DAY), unit="us", tz="UTC"),
            "shown_at": pd.NaT if days is None else pd.Timestamp(AS_OF + int(days * DAY), unit="us", tz="UTC"),
        }
        for customer, (kind, days) in shown.items()
    ]
    table = pd.DataFrame(rows)
    table["known_at"] = table["decided_at"]
    append(home, {"offers": table}, receipt=Receipt(received_at=AS_OF + 400 * DAY, known_at="given"))
    return EventLog.open(home)


def test_only_a_retention_offer_shown_within_the_horizon_treats(tmp_path: Path) -> None:
    offers: dict[str, tuple[str, float | None]] = {
        "at_once": ("retention", 0),
        "late": ("retention", 89),
        "over": ("retention", 90),
        "before": ("retention", -1),
        "never_shown": ("retention", None),
        "sold_to": ("cross_sell", 5),
    }
    log = log_with(Home(tmp_path), offers)

    treated = treated_at(log, pa.array([*offers, "unknown"]), as_of=AS_OF, horizon_days=90)

    assert keeps_offers(log)
    assert treated.tolist() == [True, True, False, False, False, False, False]
