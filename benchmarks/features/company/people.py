"""What does the company look like that features are measured on: a stated number of customers, two years, a hundred uses each.

Customers are drawn in groups, each from its own seed, so that memory holds one group whatever the scale. A group is the customers
of some buckets of the event log, which spares a load from writing every bucket anew with every group. Amounts are multiples of a
quarter, so that sums are exact in whatever order an engine adds them. Each row has one version: peers are spared the search for
the newest one, which our log always makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.features.chosen import BEGIN, END, PEERS_READ
from benchmarks.features.company.rows import RARE_ROWS, Columns, Drawn, purchases_of, tickets_of, usage_of
from features.contracts.schemas import delivered_schema
from features.contracts.sources import SOURCES
from features.log.buckets import bucket_of
from features.times import DAY, HOUR, Timestamp

CUSTOMERS = 100_000
"""At scale 1; ten million uses, a million purchases, 300,000 tickets."""
_SEED = 20260101
_GROUP, _FEWEST = 6_250, 20
_PROSPECTS, _LEAVERS = 0.08, 0.3


@dataclass(frozen=True)
class People:
    """Some customers: when each was first seen, joined (never: after everything) and left, and how active each is."""

    ids: pa.StringArray
    first_seen: NDArray[np.int64]
    joined: NDArray[np.int64]
    left: NDArray[np.int64]
    activity: NDArray[np.float64]

    def draw_rows(self, a_customer: float, period: tuple[Timestamp, Timestamp], *, random: np.random.Generator) -> Drawn:
        """Draw whose rows there are and when, sorted; on average so many a customer, the more active have more."""
        begin, end = np.maximum(self.joined, period[0]), np.minimum(self.left, period[1])
        weights = self.activity * np.maximum(end - begin, 0)
        counts = random.multinomial(round(a_customer * len(self.ids)), weights / weights.sum())
        owners = np.repeat(np.arange(len(self.ids)), counts)
        times = begin[owners] + (random.random(len(owners)) * (end - begin)[owners]).astype(np.int64) // 1000 * 1000
        return Drawn(self.ids, owners, times[np.lexsort((times, owners))], random)


def draw_groups(scale: float) -> Iterator[dict[str, pa.Table]]:
    """Draw the whole history, a group of customers at a time: contract columns, sorted by customer and time."""
    for number, ids in enumerate(_groups(scale)):
        people = _draw_people(ids, np.random.default_rng([_SEED, number]))
        events = {name: _rows(name, people, (BEGIN, END), seed=(1, number)) for name in _PER_CUSTOMER}
        yield {"customers": _customers(people), **events}


def draw_further_days(scale: float, days: int) -> Iterator[dict[str, pa.Table]]:
    """Draw what the days after the history bring to the sources peers read, a day at a time, at the same pace; nobody joins."""
    groups = [_draw_people(ids, np.random.default_rng([_SEED, number])) for number, ids in enumerate(_groups(scale))]
    everybody = People(
        pa.concat_arrays([people.ids for people in groups]),
        *(np.concatenate([getattr(people, name) for people in groups]) for name in ("first_seen", "joined", "left", "activity")),
    )
    for day in range(days):
        period = (END + day * DAY, END + (day + 1) * DAY)
        yield {name: _rows(name, everybody, period, seed=(2, day)) for name in _PER_CUSTOMER if name in PEERS_READ}


def _groups(scale: float) -> list[list[str]]:
    customers = max(_FEWEST, round(CUSTOMERS * scale))
    count = 1
    while count * _GROUP < customers:
        count *= 2
    groups: list[list[str]] = [[] for _ in range(count)]
    for number in range(customers):
        customer_id = f"c{number:07d}"
        groups[bucket_of(customer_id, count)].append(customer_id)
    return groups


def _draw_people(ids: list[str], random: np.random.Generator) -> People:
    size = len(ids)
    first_seen = random.integers(BEGIN - 540 * DAY, END - 30 * DAY, size) // 1000 * 1000
    joined = first_seen + (random.exponential(10 * DAY, size)).astype(np.int64) // 1000 * 1000
    joined = np.where(random.random(size) < _PROSPECTS, END + 1000 * DAY, joined)
    stayed = random.random(size) * (END + 400 * DAY - joined)
    left = np.where(random.random(size) < _LEAVERS, joined + stayed.astype(np.int64), END + 400 * DAY)
    return People(pa.array(ids, pa.string()), first_seen, joined, left, random.gamma(0.8, size=size))


def _customers(people: People) -> pa.Table:
    never = people.joined > END
    return _as_delivered(
        "customers",
        {
            "customer_id": people.ids,
            "known_at": people.first_seen + HOUR,
            "first_seen_at": people.first_seen,
            "joined_at": pa.array(people.joined, mask=never),
            "channel": pa.array(np.array(["shop", "web", "partner"])[people.first_seen % 3]),
            "acquisition_cost": np.round(people.activity * 40) / 4,
        },
    )


_PER_CUSTOMER: Mapping[str, tuple[float, Callable[[Drawn], Columns]]] = {
    "usage": (100, usage_of),
    "purchases": (10, purchases_of),
    "tickets": (3, tickets_of),
    **RARE_ROWS,
}


def _rows(source: str, people: People, period: tuple[Timestamp, Timestamp], *, seed: tuple[int, int]) -> pa.Table:
    a_customer, columns_of = _PER_CUSTOMER[source]
    random = np.random.default_rng([_SEED, *seed, list(_PER_CUSTOMER).index(source)])
    drawn = people.draw_rows(a_customer * (period[1] - period[0]) / (END - BEGIN), period, random=random)
    named = {SOURCES[source].key: drawn.numbered(f"{source[0]}{seed[0]}-{seed[1]:03d}-")}
    return _as_delivered(source, {"customer_id": drawn.customer_ids, **named, **columns_of(drawn)})


def _as_delivered(source: str, columns: Mapping[str, Any]) -> pa.Table:
    """Put the columns into the order and types of the contract; what was not drawn is absent from every row."""
    schema = delivered_schema(SOURCES[source])
    size = len(columns["known_at"])
    arrays = [
        pa.array(columns[field.name]).cast(field.type) if field.name in columns else pa.nulls(size, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
