"""What is a decision worth under both policies, and how much more under the new one: by every estimator, paired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from features.reports.figures import Figure
from features.reports.policy import LIVE, NEW, Estimated, Refusal, SupportFigures, Verdict
from models.rows import BoolArray, FloatArray
from training.measures.resamples import Estimate
from training.policies.actions import Actions
from training.policy_value import (
    LoggedDecisions,
    PolicyRefused,
    Support,
    Terms,
    changed_size,
    estimated,
    interval,
    linearised,
    measure_support,
    predicted_rewards,
)
from training.policy_value.support import LEAST_EFFECTIVE

MAIN = "dr"
"""The estimator whose interval gives the verdict."""

_BY_MODEL = ("dr", "switch_dr")
_SEED = 0  # deals customers into the folds of the reward's model

_ADVICE = {
    "unsupported_mass": "value it with a live test, or leave those offers out",
    "mean_weight": "the log was drawn by gates or probabilities that differ from those stored: look for both, or test it live",
    "effective_size": "wait for more decisions, raise the share that explores, or compare a file that is closer to the live one",
}


@dataclass(frozen=True)
class Logged:
    """Logged decisions: whose (a code), how likely what was taken was, what it brought, and what was known (for the model)."""

    customer: npt.NDArray[np.int64]
    probability: FloatArray
    reward: FloatArray
    known: FloatArray


@dataclass(frozen=True)
class Valued:
    """Both policies over the same logged decisions, (decisions, actions) each."""

    actions: Actions
    logged: Logged
    live: FloatArray
    new: FloatArray

    @cached_property
    def policies(self) -> Mapping[str, LoggedDecisions]:
        """Return the log as seen from each policy, by name."""
        return {LIVE: self._seen_from(self.live), NEW: self._seen_from(self.new)}

    @cached_property
    def predicted(self) -> FloatArray:
        """Return the reward expected of each action, by a model that never learned from that customer."""
        return predicted_rewards(self.policies[NEW], self.logged.known, seed=_SEED)

    @cached_property
    def terms(self) -> Mapping[str, Mapping[str, Terms]]:
        """Return the terms of every estimator by policy and estimator."""
        return {name: estimated(decisions, self.predicted) for name, decisions in self.policies.items()}

    @cached_property
    def supports(self) -> Mapping[str, Support]:
        """Return how far the log supports each policy."""
        return {name: measure_support(decisions) for name, decisions in self.policies.items()}

    @cached_property
    def changed_size(self) -> float:
        """Return the effective size of what both do differently; infinite where they decide the same."""
        gap = self.policies[NEW].weight - self.policies[LIVE].weight
        return changed_size(gap, chance=self.logged.probability)

    def refusals(self) -> list[Refusal]:
        """Return why the log cannot value one of them: the first rule that each breaks."""
        return [refusal_of(name, support.refusal) for name, support in self.supports.items() if support.refusal]

    def values(self) -> list[Estimated]:
        """Return what every estimator says."""
        return [self._estimated(name) for name in self.terms[NEW]]

    def difference(self, rows: BoolArray | None = None) -> Figure:
        """Return the difference a decision, new less live, by the main estimator: of all decisions, or of some."""
        chosen = np.ones(len(self.logged.reward), np.bool_) if rows is None else rows
        found = {name: terms[MAIN] for name, terms in self.terms.items()}
        parts = {name: Terms(each.top[chosen], each.bottom[chosen]) for name, each in found.items()}
        return _paired(parts[NEW], parts[LIVE], self.logged.customer[chosen])

    def _estimated(self, name: str) -> Estimated:
        live, new, customer = self.terms[LIVE][name], self.terms[NEW][name], self.logged.customer
        values = [figure_of(interval(linearised(each, customer))) for each in (live, new)]
        told = name in _BY_MODEL or self.changed_size >= LEAST_EFFECTIVE
        return Estimated(name, values[0], values[1], _paired(new, live, customer) if told else None)

    def _seen_from(self, chances: FloatArray) -> LoggedDecisions:
        logged = self.logged
        return LoggedDecisions(
            logged.customer, self.actions.taken, logged.probability, logged.reward, chances, self.actions.possible
        )


def verdict_of(difference: Figure) -> Verdict:
    """Say which file is better, if the interval leaves out 0.

    >>> verdict_of(Figure(1.0, 0.2, 1.8)), verdict_of(Figure(1.0, -0.2, 2.2))
    ('better', 'no_difference_shown')
    """
    if difference.low > 0:
        return "better"
    return "worse" if difference.high < 0 else "no_difference_shown"


def support_figures(support: Support) -> SupportFigures:
    """Return what the report keeps of the support."""
    return SupportFigures(support.unsupported, support.mean_weight, support.mean_weight_error, support.effective_size)


def refusal_of(policy: str, error: PolicyRefused | None) -> Refusal:
    """Return a rule of support that is broken as the report tells it."""
    if error is None:
        raise ValueError("needed a rule that is broken, found none")
    needed, _, found = str(error).partition(", found ")
    return Refusal(
        error.rule,
        policy,
        f"The log cannot value the {policy} policy: {needed.removeprefix('needed ')} is needed, found {found}",
        f"{error.limit:.4g}",
        f"{error.figure:.4g}",
        _ADVICE[error.rule],
    )


def figure_of(estimate: Estimate) -> Figure:
    """Return an estimate as reports hold it."""
    return Figure(estimate.value, estimate.low, estimate.high)


def _paired(new: Terms, live: Terms, customer: npt.NDArray[np.int64]) -> Figure:
    return figure_of(interval(linearised(new, customer) - linearised(live, customer)))
