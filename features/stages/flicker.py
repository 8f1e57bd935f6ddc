"""How often do customers flicker: leave a stage and stand in it again, on a Monday within 30 days of leaving it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.stages.winners import NOT_SEEN, StageCodes

_WITHIN_WEEKS = 4  # the Mondays within 30 days of a Monday


@dataclass(frozen=True)
class Flicker:
    """Of `customers`, `flickering` ever went back so soon; of all `moves` between stages, `undone` were taken back so soon."""

    customers: int
    flickering: int
    moves: int
    undone: int

    @property
    def share(self) -> float:
        """Return the share of customers who ever went back; 0 of nobody."""
        return self.flickering / max(self.customers, 1)


def flicker(stages: StageCodes) -> Flicker:
    """Count how often customers flicker; `stages` or winners by rule are `[customer, Monday]`.

    >>> flicker(np.array([[0, 1, 0], [0, 1, 1]], np.int8))
    Flicker(customers=2, flickering=1, moves=3, undone=1)
    """
    flickering, moves, undone = np.zeros(len(stages), np.bool_), 0, 0
    for at in range(1, stages.shape[1]):
        before, now = stages[:, at - 1], stages[:, at]
        left = (before != now) & (before != NOT_SEEN) & (now != NOT_SEEN)
        back = left & (stages[:, at + 1 : at + _WITHIN_WEEKS + 1] == before[:, None]).any(axis=1)
        flickering |= back
        moves, undone = moves + int(left.sum()), undone + int(back.sum())
    return Flicker(len(stages), int(flickering.sum()), moves, undone)
