"""How does the background work stand: who leads since when, and how much waits for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Engine

from features.times import SECOND, Timestamp, format_time
from serving.background.lease import SILENT_SECONDS, Leadership, leadership
from serving.database import DatabaseUnavailable, reading
from serving.database.inbox import Backlog, backlog
from serving.database.notices.deliveries import waiting_deliveries
from serving.vitals.metrics import Metrics

LONG_WAIT_SECONDS = 60.0
"""A row that waits longer says that something is wrong."""


@dataclass(frozen=True)
class Standing:
    """Who leads, and what waits, at a moment."""

    leads: Leadership | None
    waits: Backlog
    now: Timestamp

    @property
    def silent_seconds(self) -> float:
        """Return for how long nobody has shown that they lead; clocks of two hosts may differ by as much as it is wrong."""
        return 0.0 if self.leads is None else max(0.0, (self.now - self.leads.renewed_at) / SECOND)

    @property
    def is_led(self) -> bool:
        """Whether a process leads now."""
        return self.leads is not None and self.leads.holder != "" and self.silent_seconds < 2 * SILENT_SECONDS

    @property
    def waiting_seconds(self) -> float:
        """Return for how long the oldest row has waited."""
        return _seconds_since(self.waits, now=self.now)

    @property
    def verdict(self) -> Literal["ok", "note", "fault"]:
        """Say whether somebody should look: nobody leads, and rows wait for long."""
        if self.waiting_seconds > LONG_WAIT_SECONDS:
            return "fault"
        return "ok" if self.is_led else "note"

    @property
    def text(self) -> str:
        """Return it in words."""
        since = "" if self.leads is None else f" since {format_time(self.leads.since)}"
        who = f"{self.leads.holder} leads{since}, term {self.leads.epoch}" if self.leads and self.is_led else "nobody leads"
        oldest = f", the oldest for {self.waiting_seconds:.0f} s" if self.waits.rows else ""
        return f"{who}; {self.waits.rows:,} rows of events wait{oldest}"


def standing_of(engine: Engine, *, now: Timestamp) -> Standing:
    """Return how the background work stands.

    Raises
    ------
    DatabaseUnavailable
        If the operational database does not answer.
    """
    with reading(engine) as connection:
        return Standing(leadership(connection), backlog(connection), now)


def tell_metrics(metrics: Metrics, engine: Engine, *, now: Timestamp) -> None:
    """Set the gauges of the background work; unknown (NaN) where the database does not answer."""
    unknown, signs = float("nan"), metrics.background
    try:
        standing, messages = standing_of(engine, now=now), _messages(engine)
    except DatabaseUnavailable:
        of_waiting = signs.messages, signs.messages_age, signs.inbox_rows, signs.inbox_age
        for gauge in (*of_waiting, signs.lease_epoch, signs.lease_age):
            gauge.set(unknown)
        return
    signs.messages.set(messages.rows)
    signs.messages_age.set(_seconds_since(messages, now=now))
    signs.inbox_rows.set(standing.waits.rows)
    signs.inbox_age.set(standing.waiting_seconds)
    signs.lease_epoch.set(standing.leads.epoch if standing.leads else 0)
    signs.lease_age.set(standing.silent_seconds if standing.leads else unknown)


def _messages(engine: Engine) -> Backlog:
    with reading(engine) as connection:
        return waiting_deliveries(connection)


def _seconds_since(waits: Backlog, *, now: Timestamp) -> float:
    return 0.0 if waits.oldest is None else max(0.0, (now - waits.oldest) / SECOND)
