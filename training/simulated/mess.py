"""What goes wrong on the way into the log? Rows come late, twice, wrong at first; one feed falls silent, another stops.

Nothing here changes what happened: the lives are over when the mess begins. Rows that would be known only after the end are not
delivered, so the newest days are thinner than they will be.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.contracts.sources import SOURCES
from features.times import DAY, Timestamp
from training.simulated.columns import TIME
from training.simulated.people import Calendar, Ints
from training.simulated.world import Mess

_MINUTE = 60_000_000
_WRONG_AT_FIRST = {"purchases": "revenue", "surveys": "score", "usage": "quantity"}


def delivered(mess: Mess, source: str, table: pa.Table, *, calendar: Calendar, rng: np.random.Generator) -> pa.Table:
    """Return the rows of a source as they reach the log: with `known_at`, its columns in the declared order."""
    table = _ordered(source, _late(mess, _received(mess, source, table, rng), rng))
    table = _without_lost_days(mess, source, table, calendar)
    if source in _WRONG_AT_FIRST:
        table = _corrected(mess, source, table, rng)
    known = table.filter(pc.less(table["known_at"], pa.scalar(observed_until(mess, calendar)[source], TIME)))
    return pa.concat_tables([known, known.take(_some(len(known), mess.repeated_share, rng))])


def observed_until(mess: Mess, calendar: Calendar) -> Mapping[str, Timestamp]:
    """Return up to when each source is complete: the feed that stopped says so; the one that fell silent does not."""
    stopped = calendar.until - mess.stopped_days * DAY
    return {source: stopped if source == mess.stopped_source else calendar.until for source in SOURCES}


def silence(mess: Mess, calendar: Calendar) -> tuple[Timestamp, Timestamp]:
    """Return begin and end of the days whose rows of the silent source are lost for good."""
    begin = calendar.until - mess.silent_days_before_end * DAY
    return begin, begin + mess.silent_days * DAY


def _received(mess: Mess, source: str, table: pa.Table, rng: np.random.Generator) -> pa.Table:
    """Give each row without `known_at` the moment it is received: some minutes after it happened."""
    if "known_at" in table.column_names:
        return table
    minutes = rng.exponential(mess.minutes_lag, len(table))
    return table.append_column("known_at", _moved(table[SOURCES[source].time], (minutes * _MINUTE).astype(np.int64) + 1))


def _late(mess: Mess, table: pa.Table, rng: np.random.Generator) -> pa.Table:
    """Let a share of the rows come days late; the spread is wide, so some come weeks late."""
    late = rng.random(len(table)) < mess.late_share
    days = np.where(late, mess.late_days * np.exp(mess.late_spread * rng.standard_normal(len(table))), 0.0)
    known = _moved(table["known_at"], (days * DAY).astype(np.int64))
    return table.set_column(table.column_names.index("known_at"), "known_at", known)


def _without_lost_days(mess: Mess, source: str, table: pa.Table, calendar: Calendar) -> pa.Table:
    if source != mess.silent_source:
        return table
    begin, end = (pa.scalar(moment, TIME) for moment in silence(mess, calendar))
    at = table[SOURCES[source].time]
    return table.filter(pc.or_(pc.less(at, begin), pc.greater_equal(at, end)))


def _corrected(mess: Mess, source: str, table: pa.Table, rng: np.random.Generator) -> pa.Table:
    """Let a share of the rows be wrong at first; the right row follows days later under the same id."""
    column = _WRONG_AT_FIRST[source]
    factor = {"revenue": mess.wrong_revenue, "score": mess.wrong_score, "quantity": mess.wrong_quantity}[column]
    position = table.column_names.index(column)
    chosen = _some(len(table), mess.corrected_share, rng)
    right = table.take(chosen)
    wrong = np.ones(len(table))
    wrong[chosen] = factor
    table = table.set_column(position, column, pc.multiply(table[column], pa.array(wrong)))
    days = (rng.exponential(mess.corrected_days, len(chosen)) * DAY).astype(np.int64) + _MINUTE
    later = right.set_column(right.column_names.index("known_at"), "known_at", _moved(right["known_at"], days))
    return pa.concat_tables([table, later])


def _moved(moments: pa.ChunkedArray, by: Ints) -> pa.ChunkedArray:
    return pc.add(moments, pa.array(by).cast(pa.duration("us")))


def _some(count: int, share: float, rng: np.random.Generator) -> Ints:
    return np.flatnonzero(rng.random(count) < share)


def _ordered(source: str, table: pa.Table) -> pa.Table:
    declared = [column.name for column in SOURCES[source].columns]
    key = [] if SOURCES[source].key == "customer_id" else [SOURCES[source].key]
    return table.select(["customer_id", *key, *declared, "known_at"])
