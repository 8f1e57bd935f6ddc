"""From what does the churn model learn: one row per customer at risk and month, its features as of then, its label mature now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.catalogue import CATALOGUE
from features.company.schema import Company
from features.engine.batch import compute_snapshots
from features.home import Home
from features.log.store import EventLog
from features.snapshot import Snapshot
from features.times import DAY, Timestamp, month_starts
from models.churn import ChurnExamples
from models.rows import Rows
from training.folds import HistoryTooShort
from training.labels import ChurnLabels, label_churn, newest_mature, newest_midnight, observed_by

Say = Callable[[str], None]

MOST_MONTHS = 36
_MONTH_DAYS = 31


@dataclass(frozen=True)
class StackedExamples:
    """All mature rows, and the snapshots they were taken from.

    `newest` is the snapshot of today: no label is known yet, and the rhythm of purchases needs none. `unknown`: customers at risk
    whom no snapshot holds, because their own row was not known by then; they teach nothing.
    """

    examples: ChurnExamples
    snapshots: Mapping[Timestamp, Snapshot]
    newest: Snapshot
    log_digest: str
    unknown: int

    def everyone(self, as_of: Timestamp) -> Rows:
        """Return the rows of all customers of one snapshot, at risk or not."""
        return np.asarray(self.snapshots[as_of].matrix)

    def part(self, rows: npt.NDArray[np.intp], *, known_at: Timestamp) -> ChurnExamples:
        """Return some of the rows, with everyone as of `known_at` to learn the rhythm of purchases from."""
        whole = self.examples
        columns = whole.rows[rows], whole.names, whole.labels[rows], whole.customers[rows], whole.as_ofs[rows]
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
    snapshots = compute_snapshots(home, moments, say=say)
    return _stacked(log.digest, labels, snapshots=snapshots[:-1], newest=snapshots[-1])


def _stacked(
    log_digest: str, labels: Sequence[ChurnLabels], *, snapshots: Sequence[Snapshot], newest: Snapshot
) -> StackedExamples:
    places = [pc.index_in(label.ids, value_set=shot.ids) for label, shot in zip(labels, snapshots, strict=True)]
    known = [pc.is_valid(place).to_numpy(zero_copy_only=False) for place in places]
    rows = [shot.matrix[place.drop_null().to_numpy()] for shot, place in zip(snapshots, places, strict=True)]
    lengths = [len(part) for part in rows]
    examples = ChurnExamples(
        rows=np.concatenate(rows),
        names=tuple(snapshots[0].names),
        labels=np.concatenate([label.left[here] for label, here in zip(labels, known, strict=True)]),
        customers=_codes([label.ids.filter(pa.array(here)) for label, here in zip(labels, known, strict=True)]),
        as_ofs=np.repeat(np.array([label.as_of for label in labels], dtype=np.int64), lengths),
        signature=CATALOGUE.signature,
        everyone=np.asarray(newest.matrix),
    )
    by_moment = {shot.as_of: shot for shot in snapshots}
    unknown = sum(len(here) - int(here.sum()) for here in known)
    return StackedExamples(examples, by_moment, newest, log_digest, unknown)


def _codes(ids: Sequence[pa.Array]) -> npt.NDArray[np.int32]:
    """Return a number a customer, the same in every month; the ids themselves are not kept."""
    everybody = pa.concat_arrays(ids)
    codes: npt.NDArray[np.int32] = everybody.dictionary_encode().indices.to_numpy()
    return codes
