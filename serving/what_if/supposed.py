"""What is supposed of a customer: other numbers for some features, each within the range that its declaration gives."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from features.catalogue import Catalogue
from features.language.feature import NEVER_MISSING
from models.rows import FloatArray, Rows
from serving.door.problems import FieldError, RequestInvalid

_LARGEST = float(np.finfo(np.float32).max)
_MOST_TOLD = 20
_LOOKED_UP = 5
_LONGEST_NAME = 64


@dataclass(frozen=True)
class Supposed:
    """A row of features with other numbers in it, by the places of the catalogue; NaN: supposed to be unknown.

    `is_full`: every feature was given, so that nothing need be read.
    """

    places: npt.NDArray[np.intp]
    values: FloatArray
    is_full: bool

    def row(self, known: Rows | None) -> Rows:
        """Return the row as it would be, shape (1, features); `known` may be lacking where all is given."""
        width = len(self.places) if known is None else known.shape[1]
        row = np.full((1, width), np.nan, np.float32) if known is None else known.copy()
        row[0, self.places] = self.values
        return row


@dataclass(frozen=True)
class Declared:
    """The features of a catalogue, and between which numbers each may lie. A new declaration is in it by itself."""

    catalogue: Catalogue

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Return the place of each feature by name."""
        return {name: place for place, name in enumerate(self.catalogue.names)}

    @cached_property
    def ranges(self) -> FloatArray:
        """Return the lowest and highest number of each feature, shape (2, features); where open, what float32 holds."""
        readings = [feature.reading for feature in self.catalogue.features]
        low = [-_LARGEST if reading.low is None else reading.low for reading in readings]
        high = [_LARGEST if reading.high is None else reading.high for reading in readings]
        return np.array([low, high])

    def supposed(self, given: Mapping[str, float], unknown: Sequence[str]) -> Supposed:
        """Return what is supposed: numbers for some features, others unknown.

        Raises
        ------
        RequestInvalid
            If a feature is not in the catalogue, stands twice, is never missing, or the number is out of its range. No name
            that was sent is repeated; names of the catalogue are.
        """
        found = list(map(self.places.get, (*given, *unknown)))
        if None in found:
            raise self._strangers([("features", name) for name in given] + [("unknown", name) for name in unknown])
        places = np.array(found, np.intp)
        values = np.array([*given.values(), *([np.nan] * len(unknown))], np.float64)
        low, high = self.ranges[:, places]
        outside = np.flatnonzero((values < low) | (values > high))
        if len(outside) or (unknown and self._cannot(given, unknown)):
            raise _refused([*self._outside(places[outside]), *self._cannot(given, unknown)])
        return Supposed(places, values, len(places) == len(self.places))

    def _strangers(self, names: Sequence[tuple[str, str]]) -> RequestInvalid:
        found = [(part, name) for part, name in names if name not in self.places]
        return _refused([FieldError(f"/{part}", self._nearest(name)) for part, name in found[:_LOOKED_UP]], count=len(found))

    def _nearest(self, name: str) -> str:
        near = difflib.get_close_matches(name[:_LONGEST_NAME], self.catalogue.names, n=3)
        told = f"the nearest are {', '.join(f'`{one}`' for one in near)}" if near else "none is near"
        return f"Holds a name that no feature has; {told}."

    def _outside(self, places: npt.NDArray[np.intp]) -> list[FieldError]:
        return [self._range(self.catalogue.names[place], *self.ranges[:, place].tolist()) for place in places.tolist()]

    def _range(self, name: str, low: float, high: float) -> FieldError:
        bounds = [f"at least {low:g}"] if low > -_LARGEST else []
        bounds += [f"at most {high:g}"] if high < _LARGEST else []
        return FieldError(f"/features/{name}", f"Needs a number of {' and '.join(bounds) or 'a size that float32 holds'}.")

    def _cannot(self, given: Mapping[str, float], unknown: Sequence[str]) -> list[FieldError]:
        twice = [name for name in unknown if name in given or unknown.count(name) > 1]
        never = [name for name in unknown if self.catalogue.features[self.places[name]].reading.missing == NEVER_MISSING]
        return [
            *(FieldError("/unknown", f"`{name}` stands more than once.") for name in dict.fromkeys(twice)),
            *(FieldError("/unknown", f"`{name}` is never missing; give a number for it.") for name in never),
        ]


def _refused(errors: Sequence[FieldError], *, count: int | None = None) -> RequestInvalid:
    places = len(errors) if count is None else count
    return RequestInvalid(f"What is supposed is not valid in {places} place(s); `errors` says where.", errors[:_MOST_TOLD])
