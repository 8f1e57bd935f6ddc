"""What was known of each customer when it was decided: the features at the newest Monday 00:00 UTC before the decision.

A week's decisions share one moment, so the features of years cost a pass over the log and a moment a week. Nothing is stored:
each bucket is read once, and of its people only the rows asked for are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.at_risk.events import IntArray
from features.catalogue import Catalogue
from features.company.schema import Company
from features.engine.bucket import features_of
from features.engine.history import History, read_history
from features.home import Home
from features.log.store import EventLog
from features.times import Timestamp, monday_at_or_before
from models.rows import BoolArray, Rows
from training.decided.rows import Decisions, read_decisions

_MONDAYS_AT_ONCE = 16  # bounds the working memory beside one bucket of the log; rows do not depend on it


@dataclass(frozen=True)
class Decided:
    """Decisions, and row by row the features of the customer as known before each; NaN for who was no customer yet.

    `rows`: float32, in the order of the decisions; `names` and `signature` are the catalogue's.
    """

    decisions: Decisions
    rows: Rows
    names: tuple[str, ...]
    signature: str

    def __len__(self) -> int:
        return len(self.decisions)

    def where(self, mask: BoolArray) -> Decided:
        """Return the rows of a mask."""
        return self.take(np.flatnonzero(mask))

    def take(self, places: npt.NDArray[np.intp]) -> Decided:
        """Return the rows of these places, in their order."""
        return Decided(self.decisions.take(places), self.rows[places], self.names, self.signature)


def decided_rows(home: Home, company: Company, *, until: Timestamp | None = None) -> Decided:
    """Return what was decided before `until` as the log told of it by then, with the features known just before each."""
    log = EventLog.open(home)
    return known_before(log, read_decisions(log, until=until), catalogue=company.catalogue)


def known_before(log: EventLog, decisions: Decisions, *, catalogue: Catalogue) -> Decided:
    """Return these decisions with the features of their customers as known just before each."""
    return Decided(decisions, features_before(log, catalogue, decisions), tuple(catalogue.names), catalogue.signature)


def monday_before(moments: IntArray) -> IntArray:
    """Return, for each moment, the newest Monday 00:00 UTC strictly before it.

    >>> from features.times import format_time, parse_time
    >>> found = monday_before(np.array([parse_time("2026-03-02"), parse_time("2026-03-04")]))
    >>> [format_time(int(monday))[:10] for monday in found]
    ['2026-02-23', '2026-03-02']
    """
    weeks, of_week = np.unique(moments, return_inverse=True)
    return np.array([monday_at_or_before(int(each) - 1) for each in weeks], dtype=np.int64)[of_week]


def features_before(log: EventLog, catalogue: Catalogue, decisions: Decisions) -> Rows:
    """Return the features of each decision's customer as known at the Monday before it: float32, a row a decision."""
    mondays = monday_before(decisions.decided_at)
    rows = np.full((len(decisions), len(catalogue.names)), np.nan, dtype=np.float32)
    for bucket, places in _by_bucket(log, decisions.customers):
        tables = {load.source: log.bucket(load.source, bucket, load.columns) for load in catalogue.compiled.loads}
        history = read_history(catalogue.compiled, tables)
        for moments in _some_at_once(np.unique(mondays[places])):
            here = places[np.isin(mondays[places], moments)]
            asked = _Asked(decisions.customers.take(here), np.searchsorted(moments, mondays[here]))
            rows[here] = asked.rows(catalogue, history, moments=moments)
    return rows


@dataclass(frozen=True)
class _Asked:
    """Whose features are wanted at which of some moments (a place among them)."""

    customers: pa.Array
    moment: npt.NDArray[np.intp]

    def rows(self, catalogue: Catalogue, history: History, *, moments: IntArray) -> Rows:
        found = features_of(catalogue, history, as_ofs=moments.tolist())
        places = pc.fill_null(pc.index_in(self.customers, value_set=found.ids), -1).to_numpy(zero_copy_only=False)
        known = (places >= 0) & found.is_customer[self.moment, places]
        return np.where(known[:, None], found.rows[self.moment, places], np.float32(np.nan))


def _by_bucket(log: EventLog, customers: pa.Array) -> Iterator[tuple[int, npt.NDArray[np.intp]]]:
    coded = customers.dictionary_encode()
    of_customer: Mapping[str, int] = {each: log.bucket_of(each) for each in coded.dictionary.to_pylist()}
    buckets = np.array([*of_customer.values()], dtype=np.int64)[coded.indices.to_numpy()]
    for bucket in np.unique(buckets).tolist():
        yield bucket, np.flatnonzero(buckets == bucket)


def _some_at_once(moments: IntArray) -> Iterator[IntArray]:
    for start in range(0, len(moments), _MONDAYS_AT_ONCE):
        yield moments[start : start + _MONDAYS_AT_ONCE]
