"""Which names does the log tell: of every customer that of the newest version of their row, without those who were erased."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.home import Home
from features.log.manifest import LogManifest, LogMissing
from features.log.store import EventLog
from features.tombstones import read_tombstones
from features.write_once import sha256_of_json
from models.bundle.sealed import is_whole
from serving.names.stored import ToldNames, names_lock, newest_names, publish_names, seen_to_be_current

LONGEST_NAME = 200
"""Of a longer name so many signs are kept."""

_SOURCE = "customers"
_READ = ("customer_id", "known_at", "display_name")


def bring_up_to_date(home: Home, *, verify: bool = True) -> bool:
    """Store the names that the log tells now, if other ones are stored or none; return whether it did.

    `verify`: whether all bytes of what is stored are hashed, so that what is damaged is stored anew.

    Raises
    ------
    NamesLocked
        If another process writes them.
    """
    try:
        log = EventLog.open(home)
    except LogMissing:
        return False
    customers, stored = customers_digest(log.manifest), newest_names(home)
    if stored is not None and stored.customers == customers and (not verify or is_whole(home.names, stored.digest)):
        seen_to_be_current(home, stored)
        return False
    told = told_names(log)
    with names_lock(home):
        # Whoever was erased while the log was read has a tombstone by now, or will be sought in what is stored here.
        publish_names(home, without(told, read_tombstones(home).among(told.ids.to_pylist())), customers=customers)
    return True


def customers_digest(manifest: LogManifest) -> str:
    """Return what changes whenever the log tells something else of customers."""
    return sha256_of_json([f"{lane:016x}" for lane in manifest.contents.get(_SOURCE, ())])


def told_names(log: EventLog) -> ToldNames:
    """Return the names that a log tells, by id."""
    buckets = [_newest(log.bucket(_SOURCE, bucket, _READ)) for bucket in range(log.manifest.buckets)]
    rows = pa.concat_tables(buckets).combine_chunks()
    rows = rows.take(pc.sort_indices(rows["customer_id"]))
    ids, names = (rows[name].combine_chunks().cast(pa.string()) for name in ("customer_id", "display_name"))
    return ToldNames(ids, pc.utf8_slice_codeunits(names, 0, LONGEST_NAME))


def without(told: ToldNames, customers: list[str]) -> ToldNames:
    """Return the names of everybody but some."""
    if not customers:
        return told
    kept = pc.invert(pc.is_in(told.ids, value_set=pa.array(customers, pa.string())))
    return ToldNames(told.ids.filter(kept), told.names.filter(kept))


def _newest(rows: pa.Table) -> pa.Table:
    """Return of each customer the name in the newest version of their row, if it tells one."""
    plain = pa.table({"customer_id": _texts(rows["customer_id"]), "display_name": _texts(rows["display_name"])})
    whose = plain["customer_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    order = np.lexsort((rows["known_at"].cast(pa.int64()).to_numpy(), whose))
    is_last = np.append(whose[order][1:] != whose[order][:-1], True)[: len(order)]
    newest = plain.take(pa.array(order[is_last]))
    return newest.filter(pc.and_(pc.is_valid(newest["display_name"]), pc.is_valid(newest["customer_id"])))


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string())
