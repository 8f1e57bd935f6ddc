"""In which order do customers stand: by a figure and then by id, those without the figure last, whichever way it runs."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Any, Literal, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.rows import FloatArray
from serving.listing.traits import Sort

Way: TypeAlias = Literal["asc", "desc"]
Places: TypeAlias = NDArray[np.int32]
_Item = TypeVar("_Item")

NATURAL: dict[Sort, Way] = {"risk": "desc", "value": "desc", "margin_at_risk": "desc", "health": "asc", "customer_id": "asc"}
"""Which way a list runs if nobody says: what needs a look comes first."""


@dataclass(frozen=True)
class Mark:
    """Where one customer stands: the figure (NaN: not known; 0 for everybody where the order is by id) and the id."""

    figure: float
    customer_id: str


@dataclass(frozen=True)
class Ordering:
    """By what a list is sorted, and which way."""

    sort: Sort
    way: Way

    @property
    def is_turned(self) -> bool:
        """Return whether it runs against its natural way."""
        return self.way != NATURAL[self.sort]

    def precedes(self, one: Mark, other: Mark) -> bool:
        """Return whether one stands before the other."""
        unknown = math.isnan(one.figure), math.isnan(other.figure)
        if unknown[0] != unknown[1]:
            return unknown[1]
        if not unknown[0] and one.figure != other.figure:
            return (one.figure > other.figure) == (self.way == "desc")
        is_back = self.is_turned and not unknown[0]
        return one.customer_id > other.customer_id if is_back else one.customer_id < other.customer_id

    def merged(self, one: Iterable[tuple[Mark, _Item]], other: Iterable[tuple[Mark, _Item]]) -> Iterator[tuple[Mark, _Item]]:
        """Give the items of two sequences that are in this order, in this order."""
        return heapq.merge(one, other, key=lambda item: self._key(item[0]))

    def arranged(self, items: Iterable[tuple[Mark, _Item]]) -> list[tuple[Mark, _Item]]:
        """Return items in this order."""
        return sorted(items, key=lambda item: self._key(item[0]))

    def _key(self, mark: Mark) -> Any:
        return cmp_to_key(self._compared)(mark)

    def _compared(self, one: Mark, other: Mark) -> int:
        return -1 if self.precedes(one, other) else 1


@dataclass(frozen=True)
class Order:
    """The places of all customers by one figure, the natural way round; from `known` on it is not known of them."""

    places: Places
    known: int

    @classmethod
    def by(cls, figure: FloatArray, way: Way) -> Order:
        """Sort the rows by a figure; equal ones, and those without, keep the order of their ids."""
        places = np.argsort(-figure if way == "desc" else figure, kind="stable").astype(np.int32)
        return cls(places, int(np.count_nonzero(~np.isnan(figure))))

    def run(self, first: int, end: int, *, turned: bool) -> Places:
        """Return the places that stand from `first` until before `end`, where `turned` in the other way."""
        end = min(end, len(self.places))
        if not turned or first >= self.known:
            return self.places[first:end]
        until = min(end, self.known)
        back = self.places[self.known - until : self.known - first][::-1]
        return np.concatenate([back, self.places[until:end]])
