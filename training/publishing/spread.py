"""How is a large snapshot scored by many tasks: each takes a slice of its rows and leaves what the model says of them in a file.

Tasks share a file system. Each checks the model's hashes and the snapshot's before it reads them, as one process would.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import numpy as np

from features.home import Home
from features.snapshot import Snapshot, open_snapshot
from models.assembly import offering
from models.bundle import load_model
from models.model import Model
from models.offer import Terms
from models.rows import FloatArray
from models.scoring import score_snapshot
from training.examples import Derived

Spread: TypeAlias = Callable[[Callable[[int], None], int], None]
"""Does a work for every part, 0 to the number given less 1, wherever its tasks run; the work travels there."""

_ROWS_A_PART = 262_144


@dataclass(frozen=True)
class Scored:
    """A stored model, and the offers it is asked about if it answers of offers."""

    home: Home
    sha: str
    offers: tuple[Terms, ...] = ()

    def model(self) -> Model:
        """Return the model, opened and ready to score."""
        return offering(load_model(self.home, self.sha), self.offers)


def score_spread(scored: Scored, snapshot: Snapshot, *, derived: Derived, spread: Spread) -> dict[str, FloatArray]:
    """Return what a stored model says of every row of a stored snapshot: the same columns as `score_snapshot`, to the bit."""
    parts, home = max(-(-len(snapshot.ids) // _ROWS_A_PART), 1), scored.home
    with tempfile.TemporaryDirectory(dir=home.root, prefix=".scoring-") as name:
        folder = Path(name).resolve()
        np.savez(folder / "derived.npz", allow_pickle=False, **derived)
        spread(_Slices(replace(scored, home=Home(home.root.resolve())), snapshot.path.resolve(), folder, _ROWS_A_PART), parts)
        found = [np.load(folder / f"{part}.npz", allow_pickle=False) for part in range(parts)]
        return {column: np.concatenate([each[column] for each in found]) for column in found[0].files}


@dataclass(frozen=True)
class _Slices:
    """Scores one slice; a process opens model and snapshot once."""

    scored: Scored
    snapshot: Path
    folder: Path
    rows_a_part: int

    def __call__(self, part: int) -> None:
        rows = slice(part * self.rows_a_part, (part + 1) * self.rows_a_part)
        shot = replace(self._opened, matrix=self._opened.matrix[rows])
        with np.load(self.folder / "derived.npz", allow_pickle=False) as derived:
            beside = {name: derived[name][rows] for name in derived.files}
        np.savez(self.folder / f"{part}.npz", allow_pickle=False, **score_snapshot(self._model, shot, derived=beside))

    @cached_property
    def _model(self) -> Model:
        return self.scored.model()

    @cached_property
    def _opened(self) -> Snapshot:
        return open_snapshot(self.snapshot)
