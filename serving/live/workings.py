"""What computes for one customer what is not stored: models and rows of features, loaded once the state is in service.

Until then, and where something of it is missing, whoever asks is told so; looking up never waits for it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np

from features.errors import LifecycleError, NotFound, Unavailable
from features.home import Home
from features.snapshot_rows import SnapshotRows, serve_snapshot
from models.bundle import load_model
from models.model import Model
from serving.door.problems import ForCallers


class ModelsLoading(ForCallers, Unavailable):
    """The models of the live state are being loaded; looking up works meanwhile."""

    problem = "models-loading"
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "2"}


class WorkingsUnavailable(ForCallers, Unavailable):
    """Nothing can be computed for a customer, since a model or the features of the snapshot cannot be used."""

    problem = "cannot-compute"


class ModelMissing(ForCallers, NotFound):
    """No model is live for the question."""

    problem = "model-missing"


@dataclass(frozen=True)
class Sources:
    """Where workings are loaded from: models by question, the snapshot's folder, and the digests its rows are checked by."""

    home: Home
    models: Mapping[str, str]
    signature: str
    snapshot: Path
    feature_digests: bytes | None


@dataclass
class Workings:
    """The models and features of one live state. `load` fills it once; until then everything is refused as being loaded."""

    sources: Sources
    _models: dict[str, Model] = field(default_factory=dict)
    _features: SnapshotRows | None = None
    _fault: LifecycleError | None = None
    _begun: threading.Lock = field(default_factory=threading.Lock)
    _done: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin to load, unless somebody has."""
        if self._begun.acquire(blocking=False):
            threading.Thread(target=self.load, name="models-loading", daemon=True).start()

    def wait(self, timeout_seconds: float) -> bool:
        """Wait until loading has ended; whether it has."""
        return self._done.wait(timeout_seconds)

    def load(self) -> None:
        """Load everything; a fault is kept and told to whoever asks."""
        try:
            for question, sha in self.sources.models.items():
                self._models[question] = load_model(self.sources.home, sha, signature=self.sources.signature)
            if self.sources.feature_digests is not None:
                self._features = serve_snapshot(self.sources.snapshot, self.sources.feature_digests)
        except (LifecycleError, OSError) as error:
            self._fault = error if isinstance(error, LifecycleError) else Unavailable(str(error))
        finally:
            self._done.set()

    def model(self, question: str) -> Model:
        """Return the live model of a question.

        Raises
        ------
        ModelsLoading, WorkingsUnavailable, ModelMissing
            If it is not loaded yet, cannot be, or none is live.
        """
        self._refuse_unready()
        if question not in self._models:
            raise ModelMissing(f"No {question} model is live.")
        return self._models[question]

    def models(self, *, patience_seconds: float) -> Mapping[str, Model]:
        """Return every live model by its question, begun to be loaded if nobody has; raising as `model` does after so long."""
        self.start()
        self.wait(patience_seconds)
        self._refuse_unready()
        return self._models

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the features, in the order of a row; raising as `row` does."""
        return self._rows().names

    def row(self, place: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        """Return the features of the customer at that place of the snapshot, as a table of one row.

        Raises
        ------
        ModelsLoading, WorkingsUnavailable
            If the snapshot is not open yet, or cannot be served from.
        RowDamaged
            If the file no longer holds what was written there.
        """
        return self._rows().row(place)

    def _rows(self) -> SnapshotRows:
        self._refuse_unready()
        if self._features is None:
            raise WorkingsUnavailable(
                "These predictions were stored without digests of their features; `lifecycle score` adds them."
            )
        return self._features

    def _refuse_unready(self) -> None:
        if not self._done.is_set():
            raise ModelsLoading("The models are being loaded; try again in a moment. Looking up works meanwhile.")
        if self._fault is not None:
            raise WorkingsUnavailable("A live model or the features of its snapshot cannot be used; /readyz says more.")
