"""Which decisions is a new policy valued from: what was done, how likely that was, what it brought, what the new one would do."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import numpy.typing as npt

from features.errors import InvalidInput
from models.rows import BoolArray, FloatArray

_SUMS_WITHIN = 1e-6


class WrongDecisions(InvalidInput):
    """The logged decisions do not describe two policies: a chance outside 0 to 1, an unknown reward, an impossible action."""


@dataclass(frozen=True)
class LoggedDecisions:
    """Decisions of the log, one row each, every one of them counted, whether its offer was shown or not.

    Parameters
    ----------
    customer : int, shape (n,)
        A code a row; decisions of one customer are drawn together in every interval.
    action : int, shape (n,)
        The column of the action taken; `nothing` is an action like any other.
    logged_probability : float64, shape (n,)
        The chance with which the logging policy took that very action there; above 0, at most 1.
    reward : float64, shape (n,)
        What it brought: margin realised within the reward days less cost, one definition for both policies.
    new_probabilities : float64, shape (n, actions)
        The chance with which the new policy would take each action there; each row adds up to 1.
    possible : bool, shape (n, actions)
        Whether the logging policy could have taken the action there at all; nothing can be said of the others.

    Raises
    ------
    WrongDecisions
        If a row cannot be right; the message says which and what was needed.

    Examples
    --------
    Two customers of one decision each; the new policy would give both the second action.

    >>> decisions = LoggedDecisions(
    ...     customer=np.array([7, 8]), action=np.array([0, 1]), logged_probability=np.array([0.5, 0.5]),
    ...     reward=np.array([10.0, 30.0]), new_probabilities=np.array([[0.0, 1.0], [0.0, 1.0]]), possible=np.ones((2, 2), bool),
    ... )
    >>> decisions.weight.tolist()
    [0.0, 2.0]
    """

    customer: npt.NDArray[np.int64]
    action: npt.NDArray[np.int64]
    logged_probability: FloatArray
    reward: FloatArray
    new_probabilities: FloatArray
    possible: BoolArray

    def __post_init__(self) -> None:
        rows = len(self.action)
        if rows == 0 or any(len(getattr(self, column.name)) != rows for column in fields(self)):
            raise WrongDecisions("needed at least one decision and as many elements in every column; found columns that differ")
        for what, wrong in self._faults().items():
            if wrong.any():
                raise WrongDecisions(
                    f"needed {what}; found {wrong.sum():,} decisions of {rows:,} otherwise, first in row {wrong.argmax()}"
                )

    def __len__(self) -> int:
        return len(self.action)

    def take(self, chosen: npt.NDArray[np.intp] | BoolArray) -> LoggedDecisions:
        """Return the chosen decisions, in their order: those of a group of customers, say."""
        return LoggedDecisions(**{column.name: getattr(self, column.name)[chosen] for column in fields(self)})

    @property
    def actions(self) -> int:
        """Return how many actions there are a column for."""
        return int(self.new_probabilities.shape[1])

    @cached_property
    def unsupported(self) -> FloatArray:
        """Return for each decision the new policy's chance of doing what could not have been logged there."""
        return np.asarray(np.where(self.possible, 0.0, self.new_probabilities).sum(axis=1))

    @cached_property
    def ratio(self) -> FloatArray:
        """Return how many times likelier the new policy takes the action taken than the logging policy did."""
        return np.asarray(self.taken(self.new_probabilities) / self.logged_probability)

    @cached_property
    def weight(self) -> FloatArray:
        """Return what each decision counts for under the new policy; 1 on average, if both policies are as described.

        What could not have been logged is decided as it was logged: that part of the new policy weighs as the log does.
        """
        return self.ratio + self.unsupported

    def taken(self, columns: FloatArray) -> FloatArray:
        """Return of a table with a column an action the element of the action taken, a row each."""
        return np.asarray(columns[np.arange(len(self)), self.action])

    def _faults(self) -> dict[str, BoolArray]:
        chances, actions = self.new_probabilities, self.actions
        outside = (self.action < 0) | (self.action >= actions)
        if outside.any():
            return {f"actions among the {actions} columns": outside}
        logged = self.logged_probability
        return {
            "a probability of the action taken above 0 and at most 1": ~((logged > 0) & (logged <= 1 + _SUMS_WITHIN)),
            "a reward that is a number": ~np.isfinite(self.reward),
            "chances of the new policy from 0 on that add up to 1": ~(
                (chances >= 0).all(axis=1) & (np.abs(chances.sum(axis=1) - 1) <= _SUMS_WITHIN)
            ),
            "the action taken to have been possible": ~self.possible[np.arange(len(self)), self.action],
        }
