"""What of a question do trees alone answer: learned once at a moment, grown there in many ways, and how far off each was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

from models.examples import Examples
from models.learners.boosting import BoostingPreset
from models.rows import FloatArray, Rows

Grow: TypeAlias = Callable[[BoostingPreset, Rows], FloatArray]
"""Grows trees in one way on rows that stand in bins already, and returns what they say of others, an entry a row."""


class Trees(Protocol):
    """What of a question trees alone answer, at its main horizon."""

    @property
    def defaults(self) -> Mapping[str, BoostingPreset]:
        """Return the ways in which trees are grown if nothing is tuned, by name."""
        ...

    @property
    def place(self) -> int:
        """Return the column of the main horizon among the labels."""
        ...

    def learned(self, learning: Examples, *, seed: int) -> Grow:
        """Return what grows trees on these examples; raises what is `Refused` where they teach nothing."""
        ...

    def losses(self, said: FloatArray, came: FloatArray) -> FloatArray:
        """Return by how much each row of one moment was missed; the mean is the loss, lower is better."""
        ...
