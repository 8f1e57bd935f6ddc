"""How many stand in each stage, month by month, and between which stages they move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.stages.winners import NOT_SEEN, StageCodes
from features.times import Timestamp
from models.kpis.arithmetic.months import Period
from models.kpis.subjects.presence import Standings


@dataclass(frozen=True)
class Moves:
    """How many customers went from stage to stage within a month, `[from, to]`, those who stayed on the diagonal."""

    counts: npt.NDArray[np.int64]

    @property
    def shares(self) -> npt.NDArray[np.float64]:
        """Return the moves as shares of who stood in the first stage; NaN where nobody did."""
        standing = self.counts.sum(axis=1, keepdims=True)
        return np.where(standing > 0, self.counts / np.maximum(standing, 1), np.nan)


def counts_at(standings: Standings, moments: Sequence[Timestamp], *, stages: int) -> npt.NDArray[np.int64]:
    """Return how many customers and prospects stood in each stage on the newest Monday at or before each moment."""
    return np.array([_counted(_stood(standings, moment), stages) for moment in moments]).reshape(-1, stages)


def moves_over(standings: Standings, months: Sequence[Period], *, stages: int) -> Moves:
    """Return the moves of all these months together, each from its first to its last moment."""
    counts = np.zeros((stages, stages), dtype=np.int64)
    for month in months:
        before, after = _stood(standings, month.since), _stood(standings, month.until)
        here = (before != NOT_SEEN) & (after != NOT_SEEN)
        np.add.at(counts, (before[here], after[here]), 1)
    return Moves(counts)


def _stood(standings: Standings, moment: Timestamp) -> StageCodes:
    place = int(np.searchsorted(standings.moments, moment, side="right")) - 1
    return standings.stages[:, place] if place >= 0 else np.full(len(standings.stages), NOT_SEEN, np.int8)


def _counted(stood: StageCodes, stages: int) -> npt.NDArray[np.int64]:
    return np.bincount(stood[stood != NOT_SEEN].astype(np.int64), minlength=stages)
