"""How does nobody fall back to an older answer when the pointer moves: whoever is fresh is predicted anew before it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Engine

from features.home import Home
from features.log.store import EventLog
from features.subjects import installation_secret
from features.times import Timestamp
from models.bundle import Live, predictions_origin, read_live
from serving.database import reading, writing
from serving.database.fresh import fresh_customers, write_fresh
from serving.database.inbox import known_until
from serving.fresh.desk import open_desk
from serving.fresh.recomputing import recomputed
from serving.privacy.tombstones import erased_among

_AT_ONCE = 500


def predict_ahead(home: Home, engine: Engine, live: Live, *, clock: Callable[[], Timestamp]) -> int:
    """Predict whoever is fresh by what is live now with what is about to be, and return how many that were.

    Rows of the live bundle and company file stay, so that until the pointer has moved answers come from them.
    """
    now = read_live(home)
    if now is None or now.bundle is None or now.company is None or live.predictions is None:
        return 0
    settled = predictions_origin(home, live.predictions).as_of
    with reading(engine) as connection:
        ids = fresh_customers(connection, bundle=now.bundle, company=now.company, after=settled)
    if not ids:
        return 0
    desk = open_desk(home, live)
    secret, written = installation_secret(home), 0
    for part in _parts(ids):
        with writing(engine) as connection:
            as_of = known_until(connection, now=clock())
        rows = recomputed(EventLog.open(home), desk, ids=part, as_of=as_of)
        with writing(engine) as connection:
            erased = erased_among(connection, secret, [row.customer_id for row in rows])
            kept = [row for row in rows if row.customer_id not in erased]
            write_fresh(connection, kept)
        written += len(kept)
    return written


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
