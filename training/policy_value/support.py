"""Can the log say anything about the new policy? Three rules in a fixed order, each with its figure, and a refusal in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features.errors import Refused
from models.rows import FloatArray
from training.policy_value.decisions import LoggedDecisions
from training.policy_value.estimators import Terms
from training.policy_value.intervals import linearised

MOST_UNSUPPORTED = 0.02
MOST_ERRORS = 4.0
LEAST_EFFECTIVE = 200.0
_ROUNDING = 1e-9


class PolicyRefused(Refused):
    """The log cannot value the new policy; the subclass says why, `figure` and `limit` how far off it is."""

    rule: ClassVar[str]

    def __init__(self, message: str, *, figure: float, limit: float) -> None:
        self.figure, self.limit = figure, limit
        super().__init__(message)


class UnsupportedPolicy(PolicyRefused):
    """The new policy would too often do what the log could never show."""

    rule = "unsupported_mass"


class WrongPropensities(PolicyRefused):
    """The weights do not average 1: the probabilities are not those the decisions were drawn with, or rows are missing."""

    rule = "mean_weight"


class TooLittleOverlap(PolicyRefused):
    """The few decisions that agree with the new policy carry too much of the answer."""

    rule = "effective_size"


@dataclass(frozen=True)
class Support:
    """How far the log supports the new policy.

    `unsupported`: the new policy's mean chance of doing what could not have been logged. `mean_weight` and its standard error,
    clustered by customer: 1 on average where both policies are as described. `effective_size`: Kish's effective sample size, the
    number of decisions of equal weight that would say as much. `changed_size`: the same of the weights less 1, so of what the two
    policies do differently; infinite where they do the same. `largest_weight`: of one decision.
    """

    decisions: int
    customers: int
    unsupported: float
    mean_weight: float
    mean_weight_error: float
    effective_size: float
    changed_size: float
    largest_weight: float

    @property
    def compares_by_weight(self) -> bool:
        """Whether weights alone (IPS, SNIPS) can tell the two policies apart: enough decisions carry what differs."""
        return self.changed_size >= LEAST_EFFECTIVE

    @property
    def refusal(self) -> PolicyRefused | None:
        """Return the first rule broken, as the error to raise; None where the log can answer."""
        return self._unsupported() or self._wrong_propensities() or self._too_little()

    def _unsupported(self) -> PolicyRefused | None:
        if self.unsupported <= MOST_UNSUPPORTED:
            return None
        return UnsupportedPolicy(
            f"needed at most {MOST_UNSUPPORTED:.0%} of the policy on what the log could never show, found "
            f"{self.unsupported:.1%}. Value it with a live test, or leave those offers out",
            figure=self.unsupported, limit=MOST_UNSUPPORTED,
        )  # fmt: skip

    def _wrong_propensities(self) -> PolicyRefused | None:
        limit = MOST_ERRORS * self.mean_weight_error + _ROUNDING
        if abs(self.mean_weight - 1.0) <= limit:
            return None
        return WrongPropensities(
            f"needed a mean weight of 1 within {limit:.3f} ({MOST_ERRORS:g} standard errors), found {self.mean_weight:.3f}. The "
            "stored probabilities are not those the decisions were drawn with, or decisions are missing: look for both",
            figure=self.mean_weight, limit=limit,
        )  # fmt: skip

    def _too_little(self) -> PolicyRefused | None:
        if self.effective_size >= LEAST_EFFECTIVE:
            return None
        return TooLittleOverlap(
            f"needed an effective size of at least {LEAST_EFFECTIVE:g} decisions, found {self.effective_size:.0f} of "
            f"{self.decisions:,} (largest weight {self.largest_weight:,.1f}). Wait for more decisions, raise the share that "
            "explores, or compare a policy that is closer to the live one",
            figure=self.effective_size, limit=LEAST_EFFECTIVE,
        )  # fmt: skip


def measure_support(decisions: LoggedDecisions) -> Support:
    """Return the figures of the three rules; it refuses nothing.

    >>> decisions = LoggedDecisions(
    ...     customer=np.arange(4), action=np.array([0, 1, 0, 1]), logged_probability=np.full(4, 0.5), reward=np.ones(4),
    ...     new_probabilities=np.full((4, 2), 0.5), possible=np.ones((4, 2), bool),
    ... )
    >>> measure_support(decisions).effective_size, measure_support(decisions).refusal.rule
    (4.0, 'effective_size')
    """
    weight = decisions.weight
    squares = float(np.square(weight).sum())
    mean = linearised(Terms(weight, np.ones(len(weight))), decisions.customer)
    return Support(
        decisions=len(decisions),
        customers=len(np.unique(decisions.customer)),
        unsupported=float(decisions.unsupported.mean()),
        mean_weight=mean.value,
        mean_weight_error=mean.error,
        effective_size=float(weight.sum() ** 2 / squares) if squares else 0.0,
        changed_size=changed_size(decisions.weight - 1.0, chance=decisions.logged_probability),
        largest_weight=float(weight.max()),
    )


def require_support(decisions: LoggedDecisions) -> Support:
    """Return the figures, if the log can value the new policy.

    Raises
    ------
    UnsupportedPolicy, WrongPropensities, TooLittleOverlap
        The first rule broken, in this order.
    """
    support = measure_support(decisions)
    if refusal := support.refusal:
        raise refusal
    return support


def changed_size(gap: FloatArray, *, chance: FloatArray) -> float:
    """Return the effective size of what two policies do differently, as if what is heavy and was by chance not drawn had been.

    `gap`: a decision's weight under one policy less that under the other, which is 1 for the logging policy; `chance`: of the
    action taken. What one takes from that action it must do elsewhere, so the square of a gap is at least its own times
    `p / (1 - p)` on average there (Cauchy and Schwarz), whether such a decision is in the log or not.
    """
    gap = np.abs(gap)
    elsewhere = np.divide(chance, 1.0 - chance, out=np.zeros(len(chance)), where=chance < 1.0)
    squares = max(float(np.square(gap).sum()), float((np.square(gap) * elsewhere).sum()))
    return float(gap.sum() ** 2 / squares) if squares > _ROUNDING else float("inf")
