"""Whose features are compared: the customers a model's question is about, then, when it learned, and now, as it predicts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from features.at_risk.population import at_risk_at
from features.snapshot import Snapshot, open_snapshot, snapshot_path
from features.times import Timestamp, parse_time
from models.bundle import model_manifest
from training.monitoring.publications import Watched

MOST_CUSTOMERS = 100_000
"""Of more, so many are compared: what matters is far larger than what they leave untold."""


@dataclass(frozen=True)
class Crowd:
    """Some customers of a snapshot: the snapshot, their places in it, and who they are in words."""

    snapshot: Snapshot
    places: npt.NDArray[np.intp]
    population: str

    def __len__(self) -> int:
        return len(self.places)

    @property
    def matrix(self) -> npt.NDArray[np.float32]:
        """Return their features, a row a customer."""
        return np.asarray(self.snapshot.matrix[self.places])

    def at_most(self, most: int) -> Crowd:
        """Return so many of them at most, taken evenly in the order of their ids."""
        return replace(self, places=self.places[:: -(-max(len(self), 1) // most)])

    def alone(self) -> Snapshot:
        """Return a snapshot of them alone."""
        return replace(self.snapshot, ids=self.snapshot.ids.take(self.places), matrix=self.matrix)


def crowd_then(watched: Watched, model: str) -> Crowd:
    """Return whom the model learned from at the newest moment it learned from.

    Raises
    ------
    NotStored, ContentDamaged, SnapshotMissing, SnapshotDamaged
        If the model or that snapshot is gone, or not what was written.
    """
    snapshots = model_manifest(watched.home, watched.live.models[model])["provenance"]["data"]["snapshots"]
    as_of, digest = max((parse_time(as_of), digest) for as_of, digest in snapshots.items())
    return _crowd(watched, model, as_of=as_of, digest=digest)


def crowd_now(watched: Watched, model: str) -> Crowd:
    """Return whom the live predictions of a model are about.

    Raises
    ------
    SnapshotMissing, SnapshotDamaged
        If their snapshot is gone, or not what was written.
    """
    origin = watched.predictions.origin
    return _crowd(watched, model, as_of=origin.as_of, digest=origin.snapshot)


def population_of(model: str) -> str:
    """Return in words whom the question of a model is about."""
    return "customers at risk" if model == "churn" else "all customers"


def _crowd(watched: Watched, model: str, *, as_of: Timestamp, digest: str) -> Crowd:
    snapshot = open_snapshot(snapshot_path(watched.home, as_of, digest))
    if model != "churn":
        return Crowd(snapshot, np.arange(len(snapshot.ids)), population_of(model))
    at_risk = at_risk_at(watched.log, watched.company, as_of=as_of)
    found = pc.is_in(snapshot.ids, value_set=at_risk).to_numpy(zero_copy_only=False)
    return Crowd(snapshot, np.flatnonzero(found), population_of(model))
