"""From what does a model learn: one row per customer asked about and month, its features as of then, its label mature now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.company.schema import Company
from features.engine.batch import Effort, compute_snapshots
from features.home import Home
from features.log.buckets import bucket_of
from features.log.store import EventLog
from features.snapshot import Snapshot
from features.times import DAY, Timestamp, month_starts
from models.examples import Examples
from models.rows import BoolArray, FloatArray, Rows
from training.folds import HistoryTooShort
from training.labels.labels import Labels, observed_by, received

Say = Callable[[str], None]

Derived: TypeAlias = Mapping[str, npt.NDArray[np.float32]]
"""Columns that a snapshot does not hold, by name, in the order of its ids: such as the stage each customer stood in."""

MOST_MONTHS = 36

MOST_ROWS = 1_000_000
"""Of more rows, whole customers are drawn: so many teach all that can be told apart, and memory stays bounded (a gigabyte)."""

_SHARES = 10_000  # the steps in which a share of customers is drawn
_MONTH_DAYS = 31


class Labelled(Protocol):
    """What stacking must know of a question: whose labels, from which sources, and after how many days they have closed."""

    @property
    def company(self) -> Company:
        """Return the company file the question is asked by."""
        ...

    @property
    def gap_days(self) -> int:
        """Return the days from a row's moment until its label has closed at every horizon."""
        ...

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the sources whose completeness decides whether a label is mature."""
        ...

    def label(self, log: EventLog, *, as_ofs: Sequence[Timestamp], until: Timestamp | None) -> list[Labels]:
        """Return the labels at each moment, in the order given; `until` pretends that today is that moment."""
        ...

    def derived(self, home: Home, snapshots: Sequence[Snapshot]) -> list[Derived]:
        """Return the columns each snapshot gets beside those of the catalogue; the same names for each."""
        ...


@dataclass(frozen=True)
class StackedExamples:
    """All mature rows, and the snapshots they were taken from.

    `newest` is the snapshot of today: no label is known yet, and the rhythm of purchases needs none. `told_by(moment)` gives the
    labels that had closed by then, as the log told them then: those of the oldest rows, in their order. `asked`: the customers
    of the rows of each moment, in their order. `unknown`: customers asked about whom no snapshot holds, because their own row was
    not known by then; they teach nothing. `drawn_share`: the share of customers learned from, below 1 only where there are very
    many.
    """

    examples: Examples
    snapshots: Mapping[Timestamp, Snapshot]
    derived: Mapping[Timestamp, Derived]
    newest: Snapshot
    log: EventLog
    log_digest: str
    told_by: Callable[[Timestamp], FloatArray]
    asked: Mapping[Timestamp, pa.Array]
    unknown: int
    drawn_share: float

    def everyone(self, as_of: Timestamp) -> Rows:
        """Return the rows of all customers of one snapshot, asked about or not."""
        return widened(self.snapshots[as_of], self.derived[as_of])

    def derived_of(self, as_of: Timestamp) -> Derived:
        """Return the derived columns of the customers asked about at a moment, in their order."""
        places = pc.index_in(self.asked[as_of], value_set=self.snapshots[as_of].ids).to_numpy()
        return {name: column[places] for name, column in self.derived[as_of].items()}

    def part(self, rows: npt.NDArray[np.intp], *, known_at: Timestamp) -> Examples:
        """Return some of the rows closed by `known_at`, labelled as was known then, with everyone as of then for the rhythm.

        A correction received later is in the labels of today, and no model of that day could have learned from it.
        """
        whole = self.examples
        columns = whole.rows[rows], whole.names, self.told_by(known_at)[rows], whole.customers[rows], whole.as_ofs[rows]
        return Examples(*columns, signature=whole.signature, everyone=self.everyone(known_at))


def newest_mature(observed: Mapping[str, Timestamp], *, gap_days: int) -> Timestamp:
    """Return the newest `as_of` whose labels have closed in every one of the sources observed."""
    return min(observed.values()) - gap_days * DAY


def newest_midnight(observed: Mapping[str, Timestamp]) -> Timestamp:
    """Return the newest midnight UTC up to which every one of the sources observed is complete: the newest to predict at."""
    return min(observed.values()) // DAY * DAY


def widened(snapshot: Snapshot, derived: Derived) -> Rows:
    """Return the rows of a snapshot, followed by its derived columns."""
    if not derived:
        return np.asarray(snapshot.matrix)
    return np.column_stack([snapshot.matrix, *derived.values()]).astype(np.float32, copy=False)


def stack_examples(home: Home, question: Labelled, *, as_of: Timestamp | None = None, say: Say | None = None) -> StackedExamples:
    """Stack the snapshots of every month with mature labels, at most three years back; those that are missing are computed.

    `as_of` pretends that today is that moment: labels are those known by then.

    Raises
    ------
    HistoryTooShort
        If there is no month with mature labels and customers to ask about.
    """
    log = EventLog.open(home)
    observed = observed_by(log, as_of, sources=received(log, question.sources))
    last = newest_mature(observed, gap_days=question.gap_days)
    months = month_starts(last - MOST_MONTHS * _MONTH_DAYS * DAY, last)[-MOST_MONTHS:]
    labels = [label for label in question.label(log, as_ofs=months, until=as_of) if len(label.ids)]
    if not labels:
        raise HistoryTooShort(
            "learning needs a month whose labels are mature and customers to ask about in it; found none. Import more history"
        )
    moments = [*(label.as_of for label in labels), newest_midnight(observed)]
    snapshots = compute_snapshots(home, question.company.catalogue, moments, effort=Effort(say=say))
    derived = question.derived(home, snapshots)
    places = [pc.index_in(label.ids, value_set=shot.ids) for label, shot in zip(labels, snapshots[:-1], strict=True)]
    share = min(1.0, MOST_ROWS / sum(len(label.ids) for label in labels))
    drawn = _drawn(snapshots[-1].ids, share)
    known = [pc.is_valid(place) for place in places]
    taught = [pc.and_(here, pc.is_in(label.ids, value_set=drawn)) for label, here in zip(labels, known, strict=True)]
    kept = {label.as_of: here.to_numpy(zero_copy_only=False) for label, here in zip(labels, taught, strict=True)}
    asked = {label.as_of: label.ids.filter(pa.array(kept[label.as_of])) for label in labels}
    return StackedExamples(
        examples=_stacked(labels, [*zip(snapshots, derived, strict=True)], places=places, kept=kept),
        snapshots={shot.as_of: shot for shot in snapshots[:-1]},
        derived={shot.as_of: columns for shot, columns in zip(snapshots[:-1], derived[:-1], strict=True)},
        newest=snapshots[-1],
        log=log,
        log_digest=log.digest,
        told_by=cache(partial(_told_by, log, question, kept)),
        asked=asked,
        unknown=sum(len(here) - pc.sum(here).as_py() for here in known),
        drawn_share=share,
    )


def _stacked(
    labels: Sequence[Labels],
    snapshots: Sequence[tuple[Snapshot, Derived]],
    *,
    places: Sequence[pa.Array],
    kept: Mapping[Timestamp, BoolArray],
) -> Examples:
    *past, (newest, columns) = snapshots
    wanted = [place.filter(pa.array(kept[label.as_of])).to_numpy() for label, place in zip(labels, places, strict=True)]
    rows = [widened(*shot)[place] for shot, place in zip(past, wanted, strict=True)]
    moments = np.array([label.as_of for label in labels], dtype=np.int64)
    return Examples(
        rows=np.concatenate(rows),
        names=(*newest.names, *columns),
        labels=_of_kept(labels, kept),
        customers=_codes([label.ids.filter(pa.array(kept[label.as_of])) for label in labels]),
        as_ofs=np.repeat(moments, [len(part) for part in rows]),
        signature=newest.manifest.signature,
        everyone=widened(newest, columns),
    )


def _told_by(log: EventLog, question: Labelled, kept: Mapping[Timestamp, BoolArray], moment: Timestamp) -> FloatArray:
    closed = [as_of for as_of in kept if as_of + question.gap_days * DAY <= moment]
    return _of_kept(question.label(log, as_ofs=closed, until=moment), kept)


def _of_kept(labels: Sequence[Labels], kept: Mapping[Timestamp, BoolArray]) -> FloatArray:
    """Return the labels of the customers a snapshot holds; who was asked about does not change with what came later."""
    return np.concatenate([label.values[kept[label.as_of]] for label in labels])


def _drawn(ids: pa.Array, share: float) -> pa.Array:
    """Return the customers whose hash falls into the share: the same ones at every moment and in every training."""
    if share >= 1.0:
        return ids
    return ids.filter(pa.array([bucket_of(each, _SHARES) < share * _SHARES for each in ids.to_pylist()]))


def _codes(ids: Sequence[pa.Array]) -> npt.NDArray[np.int32]:
    """Return a number a customer, the same in every month; the ids themselves are not kept."""
    everybody = pa.concat_arrays(ids)
    codes: npt.NDArray[np.int32] = everybody.dictionary_encode().indices.to_numpy()
    return codes
