"""From what does the churn model learn: one row per customer at risk and month, its features as of then, its label mature now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.company.schema import Company
from features.engine.batch import Effort, compute_snapshots
from features.home import Home
from features.log.store import EventLog
from features.snapshot import Snapshot
from features.times import DAY, Timestamp, month_starts
from models.churn import ChurnExamples
from models.rows import BoolArray, FloatArray, Rows
from training.folds import HistoryTooShort
from training.labels import ChurnLabels, days_to_mature, label_churn, newest_mature, newest_midnight, observed_by

Say = Callable[[str], None]

MOST_MONTHS = 36
_MONTH_DAYS = 31


@dataclass(frozen=True)
class StackedExamples:
    """All mature rows, and the snapshots they were taken from.

    `newest` is the snapshot of today: no label is known yet, and the rhythm of purchases needs none. `told_by(moment)` gives the
    labels that had closed by then, as the log told them then: those of the oldest rows, in their order. `unknown`: customers at
    risk whom no snapshot holds, because their own row was not known by then; they teach nothing.
    """

    examples: ChurnExamples
    snapshots: Mapping[Timestamp, Snapshot]
    newest: Snapshot
    log_digest: str
    told_by: Callable[[Timestamp], FloatArray]
    unknown: int

    def everyone(self, as_of: Timestamp) -> Rows:
        """Return the rows of all customers of one snapshot, at risk or not."""
        return np.asarray(self.snapshots[as_of].matrix)

    def part(self, rows: npt.NDArray[np.intp], *, known_at: Timestamp) -> ChurnExamples:
        """Return some of the rows closed by `known_at`, labelled as was known then, with everyone as of then for the rhythm.

        A correction received later is in the labels of today, and no model of that day could have learned from it.
        """
        whole = self.examples
        columns = whole.rows[rows], whole.names, self.told_by(known_at)[rows], whole.customers[rows], whole.as_ofs[rows]
        return ChurnExamples(*columns, signature=whole.signature, everyone=self.everyone(known_at))


def stack_examples(home: Home, company: Company, *, as_of: Timestamp | None = None, say: Say | None = None) -> StackedExamples:
    """Stack the snapshots of every month with mature labels, at most three years back; those that are missing are computed.

    `as_of` pretends that today is that moment: labels are those known by then.

    Raises
    ------
    HistoryTooShort
        If there is no month with mature labels and customers at risk.
    """
    log = EventLog.open(home)
    observed = observed_by(log, as_of)
    last = newest_mature(observed, company)
    months = month_starts(last - MOST_MONTHS * _MONTH_DAYS * DAY, last)[-MOST_MONTHS:]
    labels = [label for label in label_churn(log, company, as_ofs=months, until=as_of) if len(label.ids)]
    if not labels:
        raise HistoryTooShort(
            "learning needs a month whose labels are mature and customers at risk in it; found none. Import more history"
        )
    moments = [*(label.as_of for label in labels), newest_midnight(observed, company)]
    snapshots = compute_snapshots(home, company.catalogue, moments, effort=Effort(say=say))
    places = [pc.index_in(label.ids, value_set=shot.ids) for label, shot in zip(labels, snapshots[:-1], strict=True)]
    kept = {label.as_of: pc.is_valid(place).to_numpy(zero_copy_only=False) for label, place in zip(labels, places, strict=True)}
    return StackedExamples(
        examples=_stacked(labels, snapshots, places=places, kept=kept),
        snapshots={shot.as_of: shot for shot in snapshots[:-1]},
        newest=snapshots[-1],
        log_digest=log.digest,
        told_by=partial(_told_by, log, company, kept),
        unknown=sum(len(here) - int(here.sum()) for here in kept.values()),
    )


def _stacked(
    labels: Sequence[ChurnLabels],
    snapshots: Sequence[Snapshot],
    *,
    places: Sequence[pa.Array],
    kept: Mapping[Timestamp, BoolArray],
) -> ChurnExamples:
    *past, newest = snapshots
    rows = [shot.matrix[place.drop_null().to_numpy()] for shot, place in zip(past, places, strict=True)]
    moments = np.array([label.as_of for label in labels], dtype=np.int64)
    return ChurnExamples(
        rows=np.concatenate(rows),
        names=tuple(newest.names),
        labels=_of_kept(labels, kept),
        customers=_codes([label.ids.filter(pa.array(kept[label.as_of])) for label in labels]),
        as_ofs=np.repeat(moments, [len(part) for part in rows]),
        signature=newest.manifest.signature,
        everyone=np.asarray(newest.matrix),
    )


def _told_by(log: EventLog, company: Company, kept: Mapping[Timestamp, BoolArray], moment: Timestamp) -> FloatArray:
    closed = [as_of for as_of in kept if as_of + days_to_mature(company) * DAY <= moment]
    return _of_kept(label_churn(log, company, as_ofs=closed, until=moment), kept)


def _of_kept(labels: Sequence[ChurnLabels], kept: Mapping[Timestamp, BoolArray]) -> FloatArray:
    """Return the labels of the customers a snapshot holds, one row each; who was at risk does not change with what came later."""
    return np.concatenate([label.left[kept[label.as_of]] for label in labels])


def _codes(ids: Sequence[pa.Array]) -> npt.NDArray[np.int32]:
    """Return a number a customer, the same in every month; the ids themselves are not kept."""
    everybody = pa.concat_arrays(ids)
    codes: npt.NDArray[np.int32] = everybody.dictionary_encode().indices.to_numpy()
    return codes
