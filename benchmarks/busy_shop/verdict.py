"""What must have held: nobody late, nobody back in time, no answer of two versions, each row in the log once, each alert once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from sqlalchemy import Column, ColumnElement, Connection, Engine, func, select

from benchmarks.busy_shop.people import Crowd, Heard, Told
from benchmarks.busy_shop.shop import BusyShop
from features.contracts.sources import PURCHASES
from features.home import Home
from features.log.store import EventLog
from features.times import SECOND
from serving.database import reading
from serving.database.tables import alerts
from serving.fresh.desk import open_desk
from serving.fresh.recomputing import recomputed

LATE_SECONDS = 5.0
_SOME = 30


def seconds_behind(crowd: Crowd) -> list[float]:
    """Return for each acknowledged order how long after it an answer was still asked for that did not know of it; 0 if none."""
    heard = _by_customer(crowd.heard)
    return [_behind(one, heard[one.customer_id]) for one in crowd.told]


def _behind(told: Told, heard: Sequence[Heard]) -> float:
    old = [one.asked - told.acknowledged for one in heard if one.as_of < told.sent]
    return max(0, *old) / SECOND if old else 0.0


def fell_back(crowd: Crowd, *, within_bundle: bool = False) -> list[str]:
    """Return who got an older answer after a newer one, over the same connection; of the same bundle, where that is asked."""
    lines: dict[tuple[int, str, str], list[Heard]] = defaultdict(list)
    for one in crowd.heard:
        lines[one.watcher, one.customer_id, one.versions[0] if within_bundle else ""].append(one)
    return sorted({name for (_, name, _), line in lines.items() if any(b.as_of < a.as_of for a, b in pairwise(line))})


def mixed(shop: BusyShop, crowd: Crowd) -> set[tuple[str, ...]]:
    """Return versions that were named together and never were live together."""
    live = {(str(one.bundle), str(one.snapshot), str(one.company)) for one in shop.lives}
    return {*(one.versions for one in crowd.heard), *crowd.decided} - live


def untrue(shop: BusyShop, crowd: Crowd) -> list[str]:
    """Return fresh answers that are not what their own bundle says of what was known at their moment; some of each bundle."""
    log, found = EventLog.open(shop.home), []
    for live in shop.lives:
        desk = open_desk(shop.home, live)
        place = desk.frame.columns.index(f"churn_{desk.company.horizon_days}")
        answers = {(one.customer_id, one.as_of): one for one in crowd.heard if one.versions[0] == live.bundle}
        for one in _fresh(list(answers.values()), since=desk.frame.origin.as_of):
            (row,) = recomputed(log, desk, ids=[one.customer_id], as_of=one.as_of)
            said = float(np.frombuffer(row.predictions, "<f8")[place])
            if one.churn != (None if said != said else said):
                found.append(f"{one.customer_id}: {one.churn} where {said} was to be said")
    return found


def _fresh(heard: Sequence[Heard], *, since: int) -> list[Heard]:
    fresh = [one for one in heard if one.as_of > since]
    return fresh[:: max(1, len(fresh) // _SOME)]


def in_log(home: Home, told: Sequence[Told]) -> Counter[int]:
    """Return how many orders stand in the log how often: all of them once, if all is well."""
    log = EventLog.open(home)
    buckets = [log.bucket(PURCHASES.name, bucket, [PURCHASES.key]) for bucket in range(log.manifest.buckets)]
    stand = Counter(purchase_id for rows in buckets for purchase_id in rows[PURCHASES.key].to_pylist())
    return Counter(stand[one.purchase_id] for one in told)


def alerts_twice(engine: Engine) -> list[str]:
    """Return alerts that were raised twice, or stand twice for one customer."""
    same = [alerts.c.customer_id, alerts.c.code]
    with reading(engine) as connection:
        return [*_repeated(connection, [*same, alerts.c.since]), *_repeated(connection, same, alerts.c.ended_at.is_(None))]


def _repeated(connection: Connection, columns: list[Column[Any]], *where: ColumnElement[bool]) -> Iterator[str]:
    query = select(*columns).where(*where).group_by(*columns).having(func.count() > 1)
    return (" ".join(map(str, row)) for row in connection.execute(query))


def _by_customer(heard: Sequence[Heard]) -> dict[str, list[Heard]]:
    found: dict[str, list[Heard]] = defaultdict(list)
    for one in heard:
        found[one.customer_id].append(one)
    return found
