"""With what is supposed about: the models of the live state and what everybody is held against, put together once a state."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from features.company import Company
from features.errors import LifecycleError, Unavailable
from features.home import Home
from models.assembly import PopulationReferences, offering
from models.bundle import Live, predictions_frame
from models.model import Model
from models.offer import terms_of
from serving.door.problems import ForCallers
from serving.live.state import LiveState
from serving.what_if.supposed import Declared


class CannotSuppose(ForCallers, Unavailable):
    """What the customers of the live predictions are held against is not stored, or cannot be read."""

    problem = "cannot-compute"


@dataclass(frozen=True)
class Bench:
    """What a what-if takes beside the question, for one live state; `columns` are those of its predictions."""

    company: Company
    columns: tuple[str, ...]
    models: tuple[Model, ...]
    references: PopulationReferences
    declared: Declared


class Benches:
    """The bench of the live state in service; put together by the first what-if about it, and kept until another is live."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._newest: tuple[Live, Bench] | None = None

    def ready(self, state: LiveState) -> Bench | None:
        """Return the bench of this state if there is one already."""
        newest = self._newest
        return newest[1] if newest is not None and newest[0] == state.live else None

    def of(self, state: LiveState) -> Bench:
        """Return the bench of this state, put together where it is not yet.

        Raises
        ------
        ModelsLoading, WorkingsUnavailable
            If the models of the state are not loaded yet, or cannot be.
        CannotSuppose
            If the predictions say nothing of what everybody was held against.
        """
        with self._lock:
            found = self.ready(state)
            if found is None:
                found = self._built(state)
                self._newest = (state.live, found)
            return found

    def _built(self, state: LiveState) -> Bench:
        offers = terms_of(state.company)
        models = tuple(offering(state.workings.model(question), offers) for question in sorted(state.parts))
        columns = tuple(state.predictions.columns)
        return Bench(state.company, columns, models, self._references(state), Declared(state.company.catalogue))

    def _references(self, state: LiveState) -> PopulationReferences:
        try:
            found = predictions_frame(self._home, str(state.live.predictions)).references
        except LifecycleError as fault:
            raise CannotSuppose("What is stored beside the live predictions cannot be read; /readyz says more.") from fault
        if found is None:
            raise CannotSuppose("These predictions were stored without references; `lifecycle score` adds them.")
        return found
