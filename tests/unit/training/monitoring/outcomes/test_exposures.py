"""What became of offers shown: who did not answer in time said no, who still may is waited for, what ends untold is censored."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from features.company import default_company_text, read_company
from features.home import Home
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.reports.monitor import ExposureOutcomes
from features.times import DAY, Timestamp, parse_time
from training.monitoring.outcomes.exposures import exposures_of

SHOWN = parse_time("2025-03-01")
COMPANY = read_company(default_company_text("default"))
Answer = tuple[str, int]


def offer(name: str, *, channel: str | None = "email", answer: Answer | None = None, then: Answer | None = None) -> list[dict]:
    """Give the versions of one offer: shown, answered after some days, and perhaps answered otherwise later."""
    row = {"exposure_id": f"{name}/1", "customer_id": name, "decision_id": name, "rank": 1.0, "offer_id": "loyalty_gift"}
    row |= {"arm": "policy", "channel": channel, "decided_at": SHOWN, "shown_at": SHOWN}
    answers = [each for each in (answer, then) if each]
    told = [{"outcome": what, "outcome_at": SHOWN + days * DAY, "known_at": SHOWN + days * DAY + 1} for what, days in answers]
    return [{**row, "outcome": None, "outcome_at": None, "known_at": SHOWN}, *(row | each for each in told)]


def became(folder: Path, *offers: list[dict], now: Timestamp, observed: Timestamp | None = None) -> list[ExposureOutcomes]:
    table = pd.DataFrame([row for each in offers for row in each])
    for name in ("decided_at", "shown_at", "known_at", "outcome_at"):
        table[name] = pd.to_datetime(table[name].astype("Int64"), unit="us", utc=True)
    append(Home(folder), {"offers": table}, receipt=Receipt(now, "given", {"offers": observed or now}))
    return exposures_of(SimpleNamespace(log=EventLog.open(Home(folder)), moment=now, company=COMPANY))  # type: ignore[arg-type]


def test_within_the_time_of_the_channel_an_answer_is_waited_for(tmp_path: Path) -> None:
    (line,) = became(tmp_path, offer("a"), offer("b", answer=("accepted", 2)), now=SHOWN + 10 * DAY)

    assert (line.shown, line.matured, line.pending, line.accepted) == (2, 1, 1, 1)


def test_who_has_not_answered_in_time_has_not_accepted(tmp_path: Path) -> None:
    (line,) = became(tmp_path, offer("a"), offer("b", answer=("accepted", 2)), now=SHOWN + 14 * DAY)

    assert (line.matured, line.pending, line.accepted) == (2, 0, 1)
    assert line.accepted_share is not None
    assert line.accepted_share.value == 0.5


def test_every_channel_has_its_own_time(tmp_path: Path) -> None:
    lines = became(tmp_path, offer("a", channel="phone"), offer("b", channel="email"), now=SHOWN + 8 * DAY)

    assert {line.channel: (line.response_days, line.pending) for line in lines} == {"phone": (7, 0), "email": (14, 1)}


def test_a_channel_nobody_declared_waits_as_long_as_one_that_does_not_say(tmp_path: Path) -> None:
    (line,) = became(tmp_path, offer("a", channel=None), now=SHOWN + 8 * DAY)

    assert (line.channel, line.response_days) == ("unknown", 14)


def test_where_the_source_ends_before_the_time_is_over_nothing_can_be_told(tmp_path: Path) -> None:
    (line,) = became(tmp_path, offer("a"), now=SHOWN + 30 * DAY, observed=SHOWN + 5 * DAY)

    assert (line.matured, line.pending, line.censored) == (0, 0, 1)


def test_a_yes_after_the_time_is_told_as_late(tmp_path: Path) -> None:
    (line,) = became(tmp_path, offer("a", answer=("accepted", 20)), now=SHOWN + 30 * DAY)

    assert (line.matured, line.accepted, line.late) == (1, 0, 1)


def test_a_yes_in_time_that_was_fulfilled_later_was_in_time(tmp_path: Path) -> None:
    (line,) = became(tmp_path, offer("a", answer=("accepted", 2), then=("fulfilled", 25)), now=SHOWN + 30 * DAY)

    assert (line.accepted, line.late) == (1, 0)
