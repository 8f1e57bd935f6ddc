"""How do past Mondays come to be kept: all that are missing in one pass over the log, bucket by bucket, only what the rules name.

A bucket's features become winners at once, one byte a customer, Monday and set, and wait on disk until each Monday is put
together; so memory holds one bucket a worker and one Monday, whatever the size of the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.company.schema import Company
from features.engine.batch import Effort
from features.engine.bucket import compute_bucket
from features.home import Home
from features.log.store import EventLog
from features.snapshot import find_snapshot
from features.stages.course import checkpoints
from features.stages.kept import KeptMonday, KeptMondays, Recipe, affirm, drop_void, kept_mondays, write_monday
from features.stages.stage_rules import StageRules
from features.stages.winners import NOT_SEEN
from features.times import Timestamp
from features.write_once import new_folder

_ALONE = Effort()
_WRITERS = 8  # they wait for the disk, not for each other


def keep_mondays(home: Home, company: Company, as_of: Timestamp, *, effort: Effort = _ALONE) -> KeptMondays:
    """Return the winners at all Mondays a history before `as_of` goes back to; those missing are computed and kept.

    Raises
    ------
    LogMissing
        If there is no event log.
    """
    return keep_winners(home, company, checkpoints(as_of), effort=effort)


def keep_winners(home: Home, company: Company, moments: Sequence[Timestamp], *, effort: Effort = _ALONE) -> KeptMondays:
    """Return the winners at these moments, Mondays or not, ascending; those missing are computed and kept as Mondays are.

    Raises
    ------
    LogMissing
        If there is no event log.
    """
    log, rules = EventLog.open(home), StageRules(company)
    kept = kept_mondays(log, rules, moments)
    for monday in kept.at.values():
        affirm(monday, log)
    if not kept.missing:
        return kept
    looked_up = _from_snapshots(log, rules, kept.missing)
    missing = [monday for monday in kept.missing if monday not in looked_up]
    computed = _compute(log, rules, missing, effort=effort) if missing else {}
    drop_void(log, rules)
    return KeptMondays(kept.mondays, kept.sets, {**kept.at, **looked_up, **computed})


def _from_snapshots(log: EventLog, rules: StageRules, mondays: Sequence[Timestamp]) -> dict[Timestamp, KeptMonday]:
    """Keep the Mondays at which a snapshot of all features stands already: the rules are asked of it, no event is read."""
    found = {}
    for monday in mondays:
        snapshot = find_snapshot(log.home, monday, log=log.manifest, signature=rules.company.catalogue.signature)
        if snapshot is not None:
            winners = rules.winners(snapshot.columns(rules.catalogue.names))
            found[monday] = _keep(log, rules, KeptMonday(log.home.stages, monday, snapshot.ids, winners))
    return found


@dataclass(frozen=True)
class _Bucket:
    """The winners of one bucket's customers, `[Monday, customer, set]`, on disk."""

    ids: pa.StringArray
    codes: Path


@dataclass(frozen=True)
class _Pass:
    """One pass over the log, for the winners at some Mondays; `folder` is where buckets wait."""

    log: EventLog
    rules: StageRules
    mondays: Sequence[Timestamp]
    folder: Path

    def bucket(self, bucket: int) -> _Bucket:
        computed = compute_bucket(self.log, self.rules.catalogue, as_ofs=self.mondays, bucket=bucket)
        path = self.folder / f"{bucket}.npy"
        np.save(path, self.rules.winners_at_moments(computed), allow_pickle=False)
        return _Bucket(computed.ids, path)


def _compute(log: EventLog, rules: StageRules, mondays: Sequence[Timestamp], *, effort: Effort) -> dict[Timestamp, KeptMonday]:
    with new_folder(log.home.stages) as folder:
        work = _Pass(log, rules, mondays, folder)
        buckets = effort.each("stages", work.bucket, buckets=log.manifest.buckets)
        everybody = pa.chunked_array([bucket.ids for bucket in buckets], pa.string()).combine_chunks()
        order = pc.sort_indices(everybody).to_numpy()
        ids, codes = everybody.take(pa.array(order)), [np.load(bucket.codes, mmap_mode="r") for bucket in buckets]

        def keep(place: int) -> KeptMonday:
            winners = np.concatenate([bucket[place] for bucket in codes])[order]
            seen = winners[:, 0] != NOT_SEEN
            return _keep(log, rules, KeptMonday(log.home.stages, mondays[place], ids.filter(pa.array(seen)), winners[seen]))

        with ThreadPoolExecutor(_WRITERS) as pool:
            return {monday.monday: monday for monday in pool.map(keep, range(len(mondays)))}


def _keep(log: EventLog, rules: StageRules, monday: KeptMonday) -> KeptMonday:
    columns = [stage_set.name for stage_set in rules.company.stage_sets]
    return write_monday(log.home, monday, columns=columns, recipe=Recipe(rules.digest, log.digest))
