"""A shop whose people are at the phone: customers with names, consents and open complaints; no offer is drawn by lot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.tiny_shop import orders
from benchmarks.whole_states import UNTIL, WholeShop, publish_whole
from features.company import Company, default_company_text, read_company
from features.times import DAY, HOUR, Timestamp
from serving.names.building import bring_up_to_date

_FIRST_NAMES = ("Ana", "José", "Łucja", "Zoë", "Björn", "Inês", "Michał", "Chloé", "Piotr", "Márcia")
_LAST_NAMES = ("Silva", "Kowalska", "O’Neill", "da Costa", "Lindqvist", "Nowak")


def publish_front_desk(folder: Path, *, customers: int = 60, until: Timestamp = UNTIL) -> WholeShop:
    """Publish the shop: a model answers every question, and whoever is in the right stage can be offered something."""
    shop = publish_whole(folder, _rows(customers, until=until), company=_company(), until=until)
    bring_up_to_date(shop.home)
    return shop


def name_of(number: int) -> str:
    """Return what customer `c<number>` is called; nobody of the first sixty is called alike."""
    return f"{_FIRST_NAMES[number % len(_FIRST_NAMES)]} {_LAST_NAMES[number // len(_FIRST_NAMES) % len(_LAST_NAMES)]}"


def table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as a delivery to the log: times are moments, what is missing in a row is missing."""
    made = pd.DataFrame(rows)
    for name in [name for name in made if str(name).endswith("_at")]:
        made[name] = pd.to_datetime(made[name], unit="us", utc=True)
    return made


def _company() -> Company:
    text = default_company_text("activity").replace("at_risk_days = 365", "at_risk_days = 120")
    return read_company(f"control_share = 0.0\nexploration_share = 0.0\n{text}")


def _rows(customers: int, *, until: Timestamp) -> dict[str, pd.DataFrame]:
    rows = orders(customers, until=until)
    profiles = rows["customers"]
    numbers = [int(str(each)[1:]) for each in profiles["customer_id"]]
    consents: Any = [_consent(number) for number in numbers]
    told = profiles.assign(display_name=[name_of(number) for number in numbers], consent=consents)
    ids = [str(each) for each in profiles["customer_id"]]
    return {
        **rows,
        "customers": told,
        "tickets": table([_complaint(each, until=until) for each in ids[::4]]),
        "surveys": table([_answer(each, until=until) for each in ids[::3]]),
    }


def _consent(number: int) -> list[str]:
    """Nobody may contact every fifteenth."""
    return [] if number % 15 == 0 else ["email", "post"]


def _complaint(customer_id: str, *, until: Timestamp) -> dict[str, Any]:
    opened = until - 30 * HOUR
    row = {"customer_id": customer_id, "ticket_id": f"t-{customer_id}", "opened_at": opened, "known_at": opened}
    return {**row, "topic": "late_delivery", "channel": "phone", "complaint": True}


def _answer(customer_id: str, *, until: Timestamp) -> dict[str, Any]:
    said = until - 20 * DAY
    row = {"customer_id": customer_id, "survey_id": f"s-{customer_id}", "answered_at": said, "known_at": said}
    return {**row, "kind": "nps", "score": 6.0, "comment_topic": "delivery", "comment_sentiment": -0.4}
