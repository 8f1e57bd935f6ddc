"""That the KPIs read a log as it was known at a moment: no later version, no later fact, no stranger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from features.home import Home
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.times import DAY, parse_time
from models.kpis.arithmetic.observations import NEVER
from training.kpis.reading.known import KnownBucket, KnownRows

FIRST = parse_time("2026-01-01")


def at(day: int) -> pd.Timestamp:
    return pd.Timestamp(FIRST + day * DAY, unit="us", tz="UTC")


def ticket(*, known: int, resolved: int | None = None, opened: int = 2, **columns: Any) -> dict[str, Any]:
    own = {"customer_id": "c1", "ticket_id": "t1", "opened_at": at(opened), "known_at": at(known), "channel": "web"}
    ended = at(resolved) if resolved is not None else pd.NaT
    return {**own, "resolved_at": ended, "hand_overs": 3.0 if resolved is not None else np.nan, **columns}


@pytest.fixture
def tickets_at(tmp_path: Path) -> Any:
    def read(rows: list[dict[str, Any]], *, day: int) -> KnownRows:
        home = Home(tmp_path)
        customers = pd.DataFrame([{"customer_id": "c1", "first_seen_at": at(0), "known_at": at(0)}])
        tickets = pd.DataFrame(rows)
        tickets["resolved_at"] = pd.to_datetime(tickets["resolved_at"], utc=True)
        append(home, {"customers": customers, "tickets": tickets}, receipt=Receipt(FIRST + 99 * DAY, "given"))
        log, as_of = EventLog.open(home), FIRST + day * DAY
        bucket = KnownBucket.of(log, log.bucket_of("c1"), everybody=pa.array(["c0", "c1"]), as_of=as_of)
        return bucket.rows("tickets", "opened_at", "resolved_at", "hand_overs", "channel")

    return read


def test_a_row_belongs_to_its_customer_among_everybody(tickets_at: Any) -> None:
    found = tickets_at([ticket(known=2)], day=5)

    assert found.customers.tolist() == [1]
    assert found.texts("channel", missing="none").tolist() == ["web"]


def test_the_version_of_the_moment_stands(tickets_at: Any) -> None:
    versions = [ticket(known=2), ticket(known=6, resolved=6), ticket(known=9, resolved=7, hand_overs=1.0)]

    assert tickets_at(versions, day=8).numbers("hand_overs").tolist() == [3.0]


def test_a_version_known_at_the_moment_itself_was_not_known_before_it(tickets_at: Any) -> None:
    found = tickets_at([ticket(known=2), ticket(known=6, resolved=6)], day=6)

    assert found.moments("resolved_at").tolist() == [NEVER]
    assert np.isnan(found.numbers("hand_overs")).all()


def test_what_comes_with_a_resolution_ahead_is_not_known_yet(tickets_at: Any) -> None:
    found = tickets_at([ticket(known=2, resolved=9)], day=5)

    assert found.moments("resolved_at").tolist() == [NEVER]
    assert np.isnan(found.numbers("hand_overs")).all()


def test_an_event_at_the_moment_belongs_to_the_future(tickets_at: Any) -> None:
    assert len(tickets_at([ticket(known=1, opened=5)], day=5).customers) == 0


def test_a_row_of_a_stranger_is_left_out(tickets_at: Any) -> None:
    strange = ticket(known=2, customer_id="nobody", ticket_id="t2")

    assert tickets_at([ticket(known=2), strange], day=5).customers.tolist() == [1]
