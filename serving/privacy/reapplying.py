"""Who must be erased again, as a backup from before was put back: the tombstones say so, asked about every id that is found.

A tombstone names nobody, so each id that any store holds is named in turn and looked up. Run it after every restore, with the
`erased.jsonl` of today and not that of the backup.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import Connection, Engine, select

from features.contracts.sources import SOURCES
from features.home import Home
from features.ids_file import map_ids
from features.log.manifest import LogMissing
from features.log.store import EventLog
from features.subjects import installation_secret
from features.times import Timestamp
from features.tombstones import Tombstones, read_tombstones
from serving.database import reading, writing
from serving.database.audit import AuditEntry, record_in
from serving.database.tables import metadata
from serving.privacy.erasing import Installation, finish_erasures
from serving.privacy.records import begin

REAPPLIED = "erasure reapplied"


def erase_again(home: Home, engine: Engine) -> None:
    """Do it in an installation that was just restored; the clock is the machine's."""
    place = Installation(home, engine, installation_secret(home))
    reapply(place, clock=lambda: time.time_ns() // 1000)


def reapply(place: Installation, *, clock: Callable[[], Timestamp]) -> int:
    """Erase everybody again who was erased before and is found in any store; return how many people that were."""
    tombstones = read_tombstones(place.home)
    if not tombstones:
        return 0
    back, now = _back(place, tombstones), clock()
    with writing(place.engine) as connection:
        for customer_id in back:
            person = place.person(customer_id)
            begin(connection, person, at=now, key_id=None)
            record_in(connection, [AuditEntry(now, REAPPLIED, None, "admin", REAPPLIED, person.subject, 202)])
    erased = 0
    while done := finish_erasures(place, clock=clock):
        erased += done
    return erased


def _back(place: Installation, tombstones: Tombstones) -> list[str]:
    found: set[str] = set()
    for ids in _ids_in_files(place.home):
        found |= set(tombstones.among(each for each in pc.unique(ids).to_pylist() if each is not None))
    with reading(place.engine) as connection:
        for each in _ids_in_database(connection):
            found |= set(tombstones.among(each))
    return sorted(found)


def _ids_in_files(home: Home) -> Iterator[pa.Array | pa.ChunkedArray]:
    yield from _ids_in_log(home)
    for folder in (home.snapshots, home.stages, home.predictions, home.names):
        for path in folder.glob("[!.]*/ids.arrow"):
            yield map_ids(path)
    for path in (*home.quarantine.glob("*/[!.]*.parquet"), *home.root.glob("truth/*.parquet")):
        rows = pq.read_table(path)
        if "customer_id" in rows.column_names:
            yield rows["customer_id"].cast(pa.string())


def _ids_in_log(home: Home) -> Iterator[pa.ChunkedArray]:
    try:
        log = EventLog.open(home)
    except LogMissing:
        return
    for source in SOURCES:
        for bucket in range(log.manifest.buckets):
            yield log.bucket(source, bucket, ["customer_id"])["customer_id"].cast(pa.string())


def _ids_in_database(connection: Connection) -> Iterator[list[str]]:
    for table in metadata.sorted_tables:
        if "customer_id" in table.c:
            named = select(table.c.customer_id).where(table.c.customer_id.is_not(None)).distinct()
            yield list(connection.execute(named).scalars())
