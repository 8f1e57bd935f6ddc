"""Offers nobody answers: only those whose time is over, of the newest months, shown often enough to expect a word."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from features.company import default_company_text, read_company
from features.home import Home
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.times import DAY, Timestamp, parse_time
from training.labels.acceptance import Exposures
from training.monitoring.deciding.answers import Answered, answers_by_offer, share_without_answers

SHOWN = parse_time("2025-03-01")
COMPANY = read_company(default_company_text("default"))


def shown(name: str, offer_id: str, *, answer: str | None = None, at: Timestamp = SHOWN) -> list[dict[str, object]]:
    row = {"exposure_id": f"{name}/1", "customer_id": name, "decision_id": name, "rank": 1.0, "offer_id": offer_id}
    row |= {"arm": "policy", "channel": "email", "decided_at": at, "shown_at": at}
    told = [{**row, "outcome": answer, "outcome_at": at + DAY, "known_at": at + DAY + 1}] if answer else []
    return [{**row, "outcome": None, "outcome_at": None, "known_at": at}, *told]


def answered(folder: Path, *rows: list[dict[str, object]], observed: Timestamp = SHOWN + 30 * DAY) -> dict[str, Answered]:
    table = pd.DataFrame([row for each in rows for row in each])
    for name in ("decided_at", "shown_at", "known_at", "outcome_at"):
        table[name] = pd.to_datetime(table[name].astype("Int64"), unit="us", utc=True)
    append(Home(folder), {"offers": table}, receipt=Receipt(observed, "given", {"offers": observed}))
    return answers_by_offer(Exposures.read(EventLog.open(Home(folder))), COMPANY, observed=observed)


def test_yes_and_no_are_both_answers_and_silence_is_none(tmp_path: Path) -> None:
    rows = shown("a", "gift", answer="accepted"), shown("b", "gift", answer="declined"), shown("c", "gift")

    assert answered(tmp_path, *rows) == {"gift": Answered(shown=3, answered=2)}


def test_within_the_time_of_the_channel_nobody_is_silent_yet(tmp_path: Path) -> None:
    assert answered(tmp_path, shown("a", "gift"), observed=SHOWN + 13 * DAY) == {}


def test_what_was_shown_long_ago_is_not_looked_at(tmp_path: Path) -> None:
    rows = shown("a", "gift", at=SHOWN - 200 * DAY), shown("b", "upgrade")

    assert list(answered(tmp_path, *rows)) == ["upgrade"]


def test_nothing_is_told_where_no_offer_was_shown_often_enough() -> None:
    assert share_without_answers({"gift": Answered(19, 0)}) is None
    assert share_without_answers({"gift": Answered(20, 0)}) == (1.0, 1)
