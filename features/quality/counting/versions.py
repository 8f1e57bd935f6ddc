"""Which versions of a bucket are the first and the newest of their id, and when was a value first known: kept apart by id."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.contracts.sources import Source
from features.times import DAY

_NEVER = np.iinfo(np.int64).max

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Versions:
    """All versions of the rows of one bucket, in stored order."""

    source: Source
    table: pa.Table

    @cached_property
    def at(self) -> Ints:
        """When the row of each version happened, microseconds."""
        return microseconds(self.table[self.source.time])

    @cached_property
    def known_at(self) -> Ints:
        """Since when each version was known, microseconds."""
        return microseconds(self.table["known_at"])

    @cached_property
    def is_newest(self) -> Mask:
        """Whether each version is the newest of its id."""
        return np.asarray(pc.is_null(self.table["superseded_at"]).combine_chunks())

    @cached_property
    def is_first(self) -> Mask:
        """Whether each version is the first of its id."""
        first = np.ones(self.table.num_rows, np.bool_)
        first[self._shared] = False
        first[self._shared[self._begins]] = True
        return first

    def days_until_known(self, name: str) -> Floats:
        """Days from the event until a column was first known, of each id that ever had it."""
        there = np.asarray(pc.is_valid(self.table[name]).combine_chunks())
        alone = there & self.is_first & self.is_newest
        delays = self.known_at[alone] - self.at[alone]
        if len(self._shared):
            known = np.minimum.reduceat(np.where(there, self.known_at, _NEVER)[self._shared], self._begins)
            at = self.at[self._shared[np.append(self._begins[1:], len(self._shared)) - 1]]
            delays = np.concatenate([delays, (known - at)[known < _NEVER]])
        days: Floats = delays / DAY
        return days

    @property
    def _shared(self) -> Ints:
        """Places of the versions of ids that have several, by id and then by when they were known."""
        return self._by_id[0]

    @property
    def _begins(self) -> Ints:
        """Where in `_shared` each id begins."""
        return self._by_id[1]

    @cached_property
    def _by_id(self) -> tuple[Ints, Ints]:
        keys = self.table[self.source.key]
        older = pc.unique(keys.filter(pa.array(~self.is_newest)))
        if not len(older):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        places = np.flatnonzero(np.asarray(pc.is_in(keys, value_set=older).combine_chunks()))
        ids = [codes(self.table[name].take(pa.array(places))) for name in dict.fromkeys(["customer_id", self.source.key])]
        order = np.lexsort([self.known_at[places], *ids])
        begins = np.logical_or.reduce([code[order][1:] != code[order][:-1] for code in ids])
        return places[order], np.flatnonzero(np.append(True, begins))


def codes(values: pa.ChunkedArray) -> Ints:
    """Return a number for each text, equal for equal ones; an absent text equals an absent one."""
    whole = values.unify_dictionaries().combine_chunks()
    encoded = whole if pa.types.is_dictionary(whole.type) else whole.dictionary_encode()
    return np.asarray(pc.fill_null(encoded.indices, -1)).astype(np.int64)


def microseconds(times: pa.ChunkedArray) -> Ints:
    """Return times as numbers; there must be no absent one."""
    return np.asarray(times.cast(pa.int64()).combine_chunks())
