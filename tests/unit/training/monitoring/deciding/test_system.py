"""The decision system of a small shop, held against its limits once anything was ever decided."""

from __future__ import annotations

from typing import Any

import pandas as pd

from features.log.intake import Receipt, append
from features.times import DAY, Timestamp
from training.monitoring.deciding.system import system_limits
from training.monitoring.monitor import monitor
from training.monitoring.publications import Watched


def deliver_shown(shop: Any, *, count: int, at: Timestamp) -> None:
    """Show the same offer to many customers, none of whom ever answers."""
    ids = [f"d{number}" for number in range(count)]
    times = pd.to_datetime([at] * count, unit="us", utc=True)
    rows = pd.DataFrame({"exposure_id": [f"{one}/1" for one in ids], "decision_id": ids, "rank": 1.0, "arm": "policy"})
    rows = rows.assign(customer_id=[f"c{number}" for number in range(count)], offer_id="silent_gift", channel="email")
    rows = rows.assign(decided_at=times, shown_at=times, known_at=times)
    append(shop.home, {"offers": rows}, receipt=Receipt(at + 30 * DAY, "given", {"offers": at + 30 * DAY}))


def test_where_nothing_was_ever_decided_nothing_is_judged(lived_shop: Any) -> None:
    assert system_limits(Watched.at(lived_shop.home, lived_shop.months[-1])) == []


def test_offers_shown_and_never_answered_are_an_alarm(lived_shop: Any) -> None:
    moment = lived_shop.months[-1]
    deliver_shown(lived_shop, count=25, at=moment - 30 * DAY)

    report = monitor(lived_shop.home, moment=moment)

    line = next(each for each in report.decisions if each.measure == "offers_without_answers")
    assert (line.figure, line.rests_on) == (1.0, 1)
    assert [each.level for each in report.findings if each.about == "offers_without_answers"] == ["alarm"]


def test_customers_without_an_offer_and_offers_available_are_counted_on_live_predictions(lived_shop: Any) -> None:
    deliver_shown(lived_shop, count=3, at=lived_shop.months[-1] - 30 * DAY)

    found = {each.measure: each for each in system_limits(Watched.at(lived_shop.home, lived_shop.months[-1]))}

    assert {"customers_without_offer", "offers_available"} == set(found)
    assert 0.0 <= found["customers_without_offer"].figure <= 1.0
    assert found["offers_available"].rests_on > 20
