"""How do past Mondays come to be kept: all that are missing in one pass over the log, bucket by bucket, only what the rules name.

A bucket's features become winners at once, one byte a customer, Monday and set, and wait on disk until each Monday is put
together; so memory holds one bucket a worker and one Monday, whatever the size of the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.company.schema import Company
from features.engine.batch import Effort
from features.engine.compute import compute
from features.engine.history import read_history
from features.home import Home
from features.log.store import EventLog
from features.stages.course import checkpoints
from features.stages.kept import KeptMonday, KeptMondays, Recipe, kept_mondays, write_monday
from features.stages.stage_rules import StageRules
from features.stages.winners import NOT_SEEN
from features.times import Timestamp
from features.write_once import new_folder

_ALONE = Effort()


def keep_mondays(home: Home, company: Company, as_of: Timestamp, *, effort: Effort = _ALONE) -> KeptMondays:
    """Return the winners at all Mondays a history before `as_of` goes back to; those missing are computed and kept.

    Raises
    ------
    LogMissing
        If there is no event log.
    """
    log, rules = EventLog.open(home), StageRules(company)
    kept = kept_mondays(log, rules, checkpoints(as_of))
    if not kept.missing:
        return kept
    computed = {monday.monday: monday for monday in _compute(log, rules, kept.missing, effort=effort)}
    return KeptMondays(kept.mondays, kept.sets, {**kept.at, **computed})


@dataclass(frozen=True)
class _Bucket:
    """The winners of one bucket's customers, `[Monday, customer, set]`, on disk."""

    ids: pa.StringArray
    codes: Path


def _compute(log: EventLog, rules: StageRules, mondays: Sequence[Timestamp], *, effort: Effort) -> list[KeptMonday]:
    with new_folder(log.home.stages) as folder:
        work = partial(_bucket, log, rules, mondays, folder)
        buckets = effort.each("stages", work, buckets=log.manifest.buckets)
        everybody = pa.chunked_array([bucket.ids for bucket in buckets], pa.string()).combine_chunks()
        order = pc.sort_indices(everybody).to_numpy()
        ids, codes = everybody.take(pa.array(order)), [np.load(bucket.codes, mmap_mode="r") for bucket in buckets]
        recipe, columns = Recipe(rules.digest, log.digest), [stage_set.name for stage_set in rules.company.stage_sets]
        kept = []
        for place, monday in enumerate(mondays):
            winners = np.concatenate([bucket[place] for bucket in codes])[order]
            seen = winners[:, 0] != NOT_SEEN
            one = KeptMonday(log.home.stages, monday, ids.filter(pa.array(seen)), winners[seen])
            kept.append(write_monday(log.home, one, columns=columns, recipe=recipe))
        return kept


def _bucket(log: EventLog, rules: StageRules, mondays: Sequence[Timestamp], folder: Path, bucket: int) -> _Bucket:
    compiled = rules.catalogue.compiled
    history = read_history(compiled, {load.source: log.bucket(load.source, bucket) for load in compiled.loads})
    codes = rules.winners_at_moments(compute(compiled, history, mondays))
    path = folder / f"{bucket}.npy"
    np.save(path, codes, allow_pickle=False)
    return _Bucket(history.ids, path)
