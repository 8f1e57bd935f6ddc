"""What does each part of deciding bring? Five policies from gates alone to the whole, valued from decisions drawn by lot.

Who is drawn by lot (control group and exploration) gets each of the n choices that passed the gates with chance 1/n, whatever
anybody reckoned, so these rows can value every policy within those gates. n follows from the stored probability: with the share l
of decisions that are drawn by lot it is l / n, and 1 - l more where the choice was the best. l follows from the log too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.reports.figures import Figure
from features.reports.policy import SplitPart
from models.decision import GATES, Choices, Shares, best_of, probabilities
from models.rows import BoolArray, FloatArray
from training.policies.actions import Actions
from training.policies.valued import Logged, figure_of
from training.policy_value import (
    LoggedDecisions,
    Terms,
    doubly_robust,
    interval,
    linearised,
    measure_support,
)

_WHOLE_WITHIN = 0.02
_MOSTLY = 0.98
_LEAST, _DECIMALS = 1e-9, 6
_FAR = 1.5
_BY_LOT_ALONE = Shares(control=1.0, explore=0.0)
_NO_LOT = Shares(control=0.0, explore=0.0)

GATES_ONLY = "gates_only"
TEXTS: Mapping[str, str] = {
    "random_eligible": "any offer the customer may have (eligibility), or nothing, by lot",
    GATES_ONLY: "any offer that passes every gate, or nothing, by lot",
    "effect_only": "the offer that changes most by its effect, whatever it is worth or costs",
    "no_levers": "the first by priority, the levers of the business left out",
    "full_policy": "the first by priority",
}
"""The policies of the split, from least to most."""


@dataclass(frozen=True)
class Drawn:
    """Decisions drawn by lot: rows of the table they were recalled in, and the chance 1/n of each choice there."""

    rows: npt.NDArray[np.intp]
    chance: FloatArray


def drawn_by_lot(probability: FloatArray, random: BoolArray) -> Drawn | None:
    """Return the rows drawn by lot; None if their stored probabilities come from no one share of lots.

    >>> drawn_by_lot(np.array([0.1, 0.9, 0.9, 0.9, 0.9]), np.array([True, False, False, False, False])).chance.tolist()
    [0.5]
    """
    rows = np.flatnonzero(random & (probability > 0))
    lot = _lot(probability, float(random.mean())) if len(rows) else None
    if lot is None:
        return None
    stored = probability[rows]
    by_lot = np.where(stored > _best_from(lot), stored - (1 - lot), stored)
    options = lot / np.maximum(by_lot, _LEAST)
    whole = np.rint(options)
    fits = (np.abs(options - whole) <= _WHOLE_WITHIN * whole) & (whole >= 1)
    return Drawn(rows[fits], 1.0 / whole[fits]) if fits.mean() >= _MOSTLY else None


def _lot(probability: FloatArray, drawn: float) -> float | None:
    """Return which share of decisions is drawn by lot: l, of which all that was not the best was stored as l / n.

    So 1 / l is the step between the inverses of what was stored. About as many decisions must have been `drawn` by lot: the
    control group is drawn by customer, so it is not exact. None where no such share is to be seen.
    """
    others = probability[(probability > 0) & (probability <= _best_from(drawn))]
    inverses = np.unique(np.round(1.0 / others, _DECIMALS))
    steps = np.diff(inverses)
    lot = 1.0 / float(steps.min()) if len(steps) else drawn
    return lot if drawn / _FAR <= lot <= drawn * _FAR else None


def _best_from(lot: float) -> float:
    """Return the probability above which a choice was the best: what is left of the rest lies at most at half the lots."""
    return 0.5 * ((1 - lot) + lot / 2)


def split(choices: Choices, actions: Actions, logged: Logged, *, drawn: Drawn, predicted: FloatArray) -> list[SplitPart]:
    """Return what a decision is worth under each of the five policies, least first; one the lots cannot value says why."""
    asked = {name: actions.chances(choices, made(choices))[drawn.rows] for name, made in _POLICIES.items()}
    seen = {name: _seen(actions, logged, drawn, chances) for name, chances in asked.items()}
    terms = {name: doubly_robust(each, predicted[drawn.rows]) for name, each in seen.items()}
    return [_part(name, seen, terms) for name in TEXTS]


def _part(name: str, seen: Mapping[str, LoggedDecisions], terms: Mapping[str, Terms]) -> SplitPart:
    decisions = seen[name]
    refused = {each: measure_support(seen[each]).refusal for each in (name, GATES_ONLY)}
    agreeing = int((decisions.ratio > 0).sum())
    value, more = None, None
    if refused[name] is None:
        value = _figure(terms[name], None, decisions)
        if name != GATES_ONLY and refused[GATES_ONLY] is None:
            more = _figure(terms[name], terms[GATES_ONLY], decisions)
    return SplitPart(name, TEXTS[name], len(decisions), agreeing, value, more, str(refused[name] or ""))


def _figure(terms: Terms, less: Terms | None, decisions: LoggedDecisions) -> Figure:
    found = linearised(terms, decisions.customer)
    return figure_of(interval(found if less is None else found - linearised(less, decisions.customer)))


def _seen(actions: Actions, logged: Logged, drawn: Drawn, chances: FloatArray) -> LoggedDecisions:
    rows = drawn.rows
    return LoggedDecisions(
        logged.customer[rows], actions.taken[rows], drawn.chance, logged.reward[rows], chances, actions.possible[rows]
    )


def _random_eligible(choices: Choices) -> FloatArray:
    eligibility = GATES.index("eligibility")
    later = np.array([*(GATES.index(check.gate) > eligibility for check in choices.policy.checks), True])  # -1: passed
    eligible = later[choices.gates.first]
    return _greedy_or_lot(eligible, lot=True, best=np.full(len(eligible), -1))


def _gates_only(choices: Choices) -> FloatArray:
    return _greedy_or_lot(choices.eligible, lot=True, best=choices.best)


def _effect_only(choices: Choices) -> FloatArray:
    effect = np.broadcast_to(choices.weighed.effect, choices.eligible.shape)
    return _greedy_or_lot(choices.eligible, lot=False, best=best_of(effect, choices.eligible))


def _no_levers(choices: Choices) -> FloatArray:
    found = choices.weighed
    priority = found.effect * found.value * found.context_weight - found.cost
    return _greedy_or_lot(choices.eligible, lot=False, best=best_of(priority, choices.eligible))


def _full_policy(choices: Choices) -> FloatArray:
    return _greedy_or_lot(choices.eligible, lot=False, best=choices.best)


def _greedy_or_lot(eligible: BoolArray, *, lot: bool, best: npt.NDArray[np.intp]) -> FloatArray:
    return probabilities(eligible, best, shares=_BY_LOT_ALONE if lot else _NO_LOT)


_POLICIES: Mapping[str, Callable[[Choices], FloatArray]] = {
    "random_eligible": _random_eligible,
    GATES_ONLY: _gates_only,
    "effect_only": _effect_only,
    "no_levers": _no_levers,
    "full_policy": _full_policy,
}
