"""With what is supposed about: the live models and references, and the row of features that a customer is known by."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sqlalchemy import Engine

from features.errors import LifecycleError, Unavailable
from features.home import Home
from features.snapshot import Snapshot, open_snapshot, snapshot_path
from models.bundle import Live
from models.rows import Rows
from serving.database import reading
from serving.database.fresh import fresh_features
from serving.door.problems import ForCallers
from serving.fresh.desk import Desk, open_desk
from serving.live.state import Found, LiveState
from serving.what_if.supposed import Declared


class CannotSuppose(ForCallers, Unavailable):
    """The models of the live state, or the features behind it, cannot be opened here."""

    problem = "cannot-compute"


@dataclass(frozen=True)
class Bench:
    """What a what-if takes beside the question, for one live state."""

    home: Home
    engine: Engine
    desk: Desk
    declared: Declared

    def known_row(self, found: Found) -> Rows:
        """Return the features that the customer's newest prediction was made from, shape (1, features).

        Raises
        ------
        CannotSuppose
            If they are not there any more.
        """
        row = self._fresh_row(found) if found.is_fresh or found.place is None else self._snapshot_row(found.place)
        if row is None or row.shape[1] != len(self.declared.places):
            raise CannotSuppose("The features of this customer cannot be read now; ask again, or give every feature.")
        return row

    def _snapshot_row(self, place: int) -> Rows:
        return np.array(self._snapshot.matrix[place : place + 1], np.float32)

    def _fresh_row(self, found: Found) -> Rows | None:
        live = self.desk.live
        with reading(self.engine) as connection:
            content = fresh_features(connection, found.customer_id, bundle=str(live.bundle), company=str(live.company))
        return None if content is None else np.frombuffer(content, "<f4").reshape(1, -1)

    @cached_property
    def _snapshot(self) -> Snapshot:
        origin = self.desk.frame.origin
        try:
            return open_snapshot(snapshot_path(self.home, origin.as_of, origin.snapshot))
        except LifecycleError as fault:
            raise CannotSuppose("The snapshot behind the predictions cannot be read; give every feature.") from fault


class Benches:
    """The bench of the live state in service; opened by the first what-if about it, and kept until another is live."""

    def __init__(self, home: Home, engine: Engine) -> None:
        self._home = home
        self._engine = engine
        self._lock = threading.Lock()
        self._newest: tuple[Live, Bench] | None = None

    def ready(self, state: LiveState) -> Bench | None:
        """Return the bench of this state if it was opened."""
        newest = self._newest
        return newest[1] if newest is not None and newest[0] == state.live else None

    def of(self, state: LiveState) -> Bench:
        """Return the bench of this state, opened where it is not yet.

        Raises
        ------
        CannotSuppose
            If it cannot be opened.
        """
        with self._lock:
            found = self.ready(state)
            if found is None:
                found = self._opened(state)
                self._newest = (state.live, found)
            return found

    def _opened(self, state: LiveState) -> Bench:
        try:
            desk = open_desk(self._home, state.live)
        except LifecycleError as fault:
            raise CannotSuppose("The live models cannot be opened here; `lifecycle score` may mend it.") from fault
        return Bench(self._home, self._engine, desk, Declared(desk.company.catalogue))
