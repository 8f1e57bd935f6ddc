"""How often does one stage follow another: the chances of who stands in a stage, and which moves are never made."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from models.rows import BoolArray, FloatArray

Codes: TypeAlias = npt.NDArray[np.intp]

ENOUGH_ROWS = 200
"""Rows of a stage after which a move never seen among them is held to be impossible."""

_UNSEEN = 0.5  # Jeffreys: what was never seen is rare, not impossible


def markov(stood: Codes, codes: Codes, *, stages: int) -> FloatArray:
    """Return the share of rows that went from each stage to each, half a row added to every pair; last that of all rows.

    >>> markov(np.array([0, 0, 0]), np.array([0, 1, 1]), stages=2).round(3).tolist()
    [[0.375, 0.625], [0.5, 0.5], [0.375, 0.625]]
    """
    counts = np.full((stages + 1, stages), _UNSEEN)
    np.add.at(counts, (stood, codes), 1.0)
    counts[-1] = _UNSEEN + np.bincount(codes, minlength=stages)
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def persistence(stood: Codes, codes: Codes, *, stages: int) -> FloatArray:
    """Return one chance to stay for every stage alike; who goes, goes where customers end up.

    >>> persistence(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 0]), stages=2)[0].round(2).tolist()
    [0.7, 0.3]
    """
    ends = markov(stood, codes, stages=stages)[-1]
    stay = (np.mean(stood == codes) * len(codes) + _UNSEEN) / (len(codes) + 2 * _UNSEEN)
    elsewhere = ends * (1 - np.eye(stages))
    leaving = elsewhere / elsewhere.sum(axis=1, keepdims=True)
    return np.vstack([stay * np.eye(stages) + (1 - stay) * leaving, ends])


def possible_moves(stood: Codes, codes: Codes, *, stages: int) -> BoolArray:
    """Return which stage can follow which, shape (stages + 1, stages); the last row, of who stands in none, excludes nothing.

    A move is impossible if none of at least `ENOUGH_ROWS` rows made it, though others came to stand in that stage: nobody is new
    again. A stage in which nobody ended yet is only out of a short history's sight, and stays possible.

    Examples
    --------
    >>> stood, codes = np.repeat([0, 1], 300), np.repeat([0, 1, 1], 200)
    >>> possible_moves(stood, codes, stages=3).tolist()[:2]
    [[True, True, True], [False, True, True]]
    """
    counts = np.zeros((stages + 1, stages))
    np.add.at(counts, (stood, codes), 1)
    looked_at = counts.sum(axis=1, keepdims=True) >= ENOUGH_ROWS
    possible = (counts > 0) | ~looked_at | (counts.sum(axis=0) == 0)
    possible[-1] = True
    return np.asarray(possible)
