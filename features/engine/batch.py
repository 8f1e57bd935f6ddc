"""How are the features of everybody computed: bucket by bucket, all moments in one pass, into files mapped from the start.

First the customers alone are read, so that each one's row in each snapshot is known; then each bucket's rows go straight to their
places. Memory holds one bucket a worker, whatever the size of the log. The only module that imports joblib; never re-exported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from joblib import Parallel, delayed
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.engine.compute import Results, compute
from features.engine.history import History, read_history
from features.home import Home
from features.language.compiler import compile_formulas
from features.language.program import Compiled
from features.log.store import EventLog
from features.snapshot import Draft, Provenance, Snapshot, draft_snapshot, find_snapshot, publish_draft
from features.times import Timestamp

_Answer = TypeVar("_Answer")
_TOLD_TIMES = 2


@dataclass(frozen=True)
class Effort:
    """How the work is done, which never shows in its result: how many threads, and who is told of progress."""

    jobs: int = 1
    say: Callable[[str], None] | None = None

    def each(self, what: str, work: Callable[[int], _Answer], *, buckets: int) -> list[_Answer]:
        """Do the work for every bucket; answers in the order of buckets."""

        def told(bucket: int) -> _Answer:
            answer = work(bucket)
            if self.say is not None and (bucket + 1) * _TOLD_TIMES % buckets < _TOLD_TIMES:
                self.say(f"{what}: bucket {bucket + 1} of {buckets}")
            return answer

        answers: list[_Answer] = Parallel(n_jobs=self.jobs, backend="threading")(delayed(told)(b) for b in range(buckets))
        return answers


def compute_snapshots(
    home: Home, catalogue: Catalogue, as_ofs: Sequence[Timestamp], *, effort: Effort = Effort()
) -> list[Snapshot]:
    """Return the snapshots of a catalogue at these moments, in their order; stored ones are used again.

    Raises
    ------
    LogMissing
        If there is no event log.
    """
    log = EventLog.open(home)
    found = {
        as_of: find_snapshot(home, as_of, log=log.manifest, signature=catalogue.signature) for as_of in sorted(set(as_ofs))
    }
    missing = [as_of for as_of, snapshot in found.items() if snapshot is None]
    computed = _compute(log, catalogue, missing, effort=effort) if missing else []
    stored = [snapshot for snapshot in found.values() if snapshot is not None]
    at = {snapshot.as_of: snapshot for snapshot in (*stored, *computed)}
    return [at[as_of] for as_of in as_ofs]


def _compute(log: EventLog, catalogue: Catalogue, as_ofs: list[Timestamp], *, effort: Effort) -> list[Snapshot]:
    places = _Places.of(log, as_ofs, effort)
    with ExitStack() as stack:
        drafts = [stack.enter_context(draft_snapshot(log.home, ids, catalogue.names)) for ids in places.ids]
        fill = partial(_fill, log, catalogue.compiled, places, drafts=drafts)
        only_events = np.sum(effort.each("features", fill, buckets=log.manifest.buckets), axis=0)
        return [
            publish_draft(log.home, draft, _provenance(log, catalogue, as_of=as_of, only_events=int(count)))
            for draft, as_of, count in zip(drafts, as_ofs, only_events, strict=True)
        ]


@dataclass(frozen=True)
class _Places:
    """Which row of which snapshot is whose: `rows[k, i]` for the i-th of everybody, -1 where they are not in snapshot k.

    `everybody[b]` are the ids of bucket b, `ranks[b]` their positions among all.
    """

    as_ofs: list[Timestamp]
    ids: list[pa.StringArray]
    everybody: list[pa.StringArray]
    ranks: list[NDArray[np.int64]]
    rows: NDArray[np.int32]

    @classmethod
    def of(cls, log: EventLog, as_ofs: list[Timestamp], effort: Effort) -> _Places:
        nothing = compile_formulas(())
        found = effort.each("customers", partial(_customers, log, nothing, as_ofs), buckets=log.manifest.buckets)
        everybody = [history.ids for history, _ in found]
        joined = pa.chunked_array(everybody, pa.string()).combine_chunks()
        order = pc.sort_indices(joined).to_numpy()
        ranks = np.empty(len(order), np.int64)
        ranks[order] = np.arange(len(order))
        present = np.concatenate([results.is_customer for _, results in found], axis=1)[:, order]
        rows = np.where(present, np.cumsum(present, axis=1, dtype=np.int32) - 1, -1).astype(np.int32)
        ids = [joined.take(pa.array(order[is_in])) for is_in in present]
        ends = np.cumsum([len(ids) for ids in everybody])[:-1]
        return cls(as_ofs, ids, everybody, np.split(ranks, ends), rows)


def _customers(log: EventLog, nothing: Compiled, as_ofs: list[Timestamp], bucket: int) -> tuple[History, Results]:
    history = _history(log, nothing, bucket)
    return history, compute(nothing, history, as_ofs)


def _history(log: EventLog, compiled: Compiled, bucket: int) -> History:
    return read_history(compiled, {load.source: log.bucket(load.source, bucket) for load in compiled.loads})


def _fill(log: EventLog, compiled: Compiled, places: _Places, bucket: int, *, drafts: list[Draft]) -> NDArray[np.int64]:
    """Write one bucket's rows to their places; return how many ids have events only, at each moment."""
    history = _history(log, compiled, bucket)
    results = compute(compiled, history, places.as_ofs)
    known = places.ranks[bucket]
    positions = pc.index_in(history.ids, value_set=places.everybody[bucket])
    ranks = np.append(known, -1)[positions.fill_null(len(known)).to_numpy()]
    for moment, draft in enumerate(drafts):
        customers = results.is_customer[moment]
        draft.matrix[places.rows[moment, ranks[customers]]] = results.rows[moment, customers]
        draft.release()
    return np.asarray(results.only_events.sum(axis=1), np.int64)


def _provenance(log: EventLog, catalogue: Catalogue, *, as_of: Timestamp, only_events: int) -> Provenance:
    return Provenance(
        as_of, log.digest, log.manifest.version, catalogue.signature, dict(log.manifest.observed_until), only_events
    )
