"""What was predicted of a customer before: the chance to leave in kept predictions of former snapshots.

Former predictions are opened once for each live state, by the first who asks: their ids are matched with those of the live ones,
four bytes a customer, and then let go; a row is read from its file and checked by its digest as live ones are.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from features.errors import LifecycleError
from features.home import Home
from features.row_file import RowDamaged, RowFile
from features.times import WEEK, Timestamp
from models.bundle.identifiers import read_ids
from models.bundle.ledger import read_ledger
from models.bundle.predictions import COLUMNS_FILE, IDS_FILE, MATRIX_FILE, ROW_DIGESTS, origin_of
from models.bundle.sealed import Sealed, open_sealed
from serving.live.state import Found, LiveState

MOST_FORMER = 12


@dataclass(frozen=True)
class Chance:
    """The chance to leave within the main horizon, as it was predicted at a moment."""

    as_of: Timestamp
    probability: float


@dataclass(frozen=True)
class _Former:
    """One kept file of predictions: where in it each customer of the live ones stands, -1 for who was not there."""

    as_of: Timestamp
    places: npt.NDArray[np.int32]
    column: int
    rows: RowFile

    def chance(self, place: int) -> Chance | None:
        found = int(self.places[place])
        if found < 0:
            return None
        with suppress(RowDamaged):  # what cannot be believed is left out of a line of many
            probability = float(self.rows.row(found)[self.column])
            return None if np.isnan(probability) else Chance(self.as_of, probability)
        return None


class FormerPredictions:
    """Opens former predictions for one process."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._opened: tuple[str, tuple[_Former, ...]] = ("", ())

    def chances(self, state: LiveState, found: Found) -> tuple[Chance, ...]:
        """Return what was predicted of a customer before the live predictions, the oldest first; none of who came since."""
        if found.place is None or state.places.churn is None:
            return ()
        place = found.place
        return tuple(chance for former in self._of(state) if (chance := former.chance(place)) is not None)

    def _of(self, state: LiveState) -> tuple[_Former, ...]:
        digest = state.predictions.digest
        with self._lock:
            if self._opened[0] != digest:
                self._opened = (digest, tuple(_opened(self._home, state)))
            return self._opened[1]


def _opened(home: Home, state: LiveState) -> Iterator[_Former]:
    column = f"churn_{state.company.horizon_days}"
    for as_of, sealed in sorted(_kept(home, before=state.as_of).items())[-MOST_FORMER:]:
        with suppress(LifecycleError, OSError):  # pruned meanwhile, or damaged: the others still tell something
            columns = json.loads(sealed.read(COLUMNS_FILE))
            if column not in columns:  # another main horizon then
                continue
            places = pc.index_in(state.predictions.ids.ids, value_set=read_ids(sealed.read(IDS_FILE)).ids)
            rows = RowFile(sealed.folder / MATRIX_FILE, sealed.read(ROW_DIGESTS))
            yield _Former(as_of, np.asarray(places.fill_null(-1)).astype(np.int32), columns.index(column), rows)


def _kept(home: Home, *, before: Timestamp) -> Mapping[Timestamp, Sealed]:
    """Return the predictions that were live and are still here, one a week at most: of several the newest."""
    now_named = _successors(home)
    found: dict[int, tuple[Timestamp, Sealed]] = {}
    for entry in read_ledger(home):
        name = entry.live.predictions or ""
        with suppress(LifecycleError):
            sealed = open_sealed(home.predictions, now_named.get(name, name))
            as_of = origin_of(sealed).as_of
            week = (before - as_of) // WEEK
            if as_of < before and (week not in found or found[week][0] <= as_of) and ROW_DIGESTS in sealed.manifest["files"]:
                found[week] = (as_of, sealed)
    return dict(found.values())


def _successors(home: Home) -> Mapping[str, str]:
    """Return by what predictions were superseded when somebody was erased, from the first name to the last."""
    follows: dict[str, str] = {}
    for path in home.predictions.glob("[!.]*"):
        with suppress(LifecycleError):
            follows[str(open_sealed(home.predictions, path.name).manifest.get("supersedes", ""))] = path.name
    return {name: _last(follows, name) for name in follows}


def _last(follows: Mapping[str, str], name: str) -> str:
    while name in follows:
        name = follows[name]
    return name
