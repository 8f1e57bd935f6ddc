"""How does an uplift model come about: too few decisions are refused, a learner is chosen, every offer is answered in words."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from features.errors import Refused
from models.rows import FloatArray
from models.uplift import ArmAnswer, Moderators, Pathways, Shares, UpliftModel, UsualMargin
from training.measures.resamples import Estimate, estimate
from training.uplift.choice import PATHWAYS, PER_DECISION, Choice, Table, choose
from training.uplift.learners import CONTINUOUS, Sample, constant
from training.uplift.outlooks import crossed_outlook, fit_outlook
from training.uplift.pathways import fit_per_acceptance
from training.uplift.trial import Trial

MODERATORS = ("usage_breadth_30d", "usage_active_days_30d", "tickets_complaints_90d", "tenure_days", "usage_momentum")
"""Named before any effect was looked at: breadth and depth of use, complaints, age, and where the use is heading."""

FEWEST_NOTHING, FEWEST_POSITIVES = 200, 50
"""Decisions on nothing drawn by lot where offers could be, and those of them followed by margin: fewer teach no effect."""

FEWEST_OFFER, FEWEST_SHOWN = 100, 50
"""Decisions on an offer drawn by lot, and showings of it by whomever, below which its effect is refused."""

_DRAWS = 100
_MOST_BY_LOT, _MOST_CHOSEN = 150_000, 40_000  # what an outlook and its folds take stays bounded


class TooFewDecisions(Refused):
    """Too few decisions were drawn by lot to say what any offer changes."""


@dataclass(frozen=True)
class UpliftReport:
    """What was chosen and why; `choice` is None where nothing was left to choose for."""

    model: UpliftModel
    choice: Choice | None


def fit_uplift(trial: Trial, *, usual: UsualMargin, seed: int = 0) -> UpliftReport:
    """Learn what each arm of the trial adds to the margin of the reward days.

    Raises
    ------
    TooFewDecisions
        If nothing was decided on by lot too rarely, or too few of these decisions were followed by margin.
    """
    _refuse_few(trial)
    refused = {place: why for place in range(len(trial.arms)) if (why := _too_few(trial, place))}
    kept = [place for place in range(len(trial.arms)) if place not in refused]
    answers = {place: _refused(trial, place, why) for place, why in refused.items()}
    if not kept:
        whole = tuple(answers[place] for place in range(len(trial.arms)))
        return UpliftReport(UpliftModel(whole, None, PER_DECISION, usual, "no offer was decided by lot often enough"), None)
    told = _thinned(trial.of_arms(kept), seed=seed)
    outlook = crossed_outlook(told, seed=seed)
    lot = told.where(told.by_lot)
    table = Table.of(lot, outlook.where(told.by_lot), Moderators.of(lot.rows, lot.names, wanted=MODERATORS))
    choice = choose(table, seed=seed)
    effects = mean_effects(table, choice.learner, seed=seed)
    answers |= {place: _measured(lot, arm, effects[arm], choice.learner) for arm, place in enumerate(kept)}
    form = _form(table, told, choice.learner, seed=seed)
    whole = tuple(answers[place] for place in range(len(trial.arms)))
    return UpliftReport(UpliftModel(whole, form, choice.learner, usual, _why(choice)), choice)


def _thinned(trial: Trial, *, seed: int) -> Trial:
    """Return every decision drawn by lot, up to a bound, and of the others some: they teach the outlook alone."""
    rng = np.random.default_rng(seed)
    parts = ((np.flatnonzero(trial.by_lot), _MOST_BY_LOT), (np.flatnonzero(~trial.by_lot), _MOST_CHOSEN))
    drawn = [rng.choice(places, most, replace=False) if len(places) > most else places for places, most in parts]
    return trial.take(np.sort(np.concatenate(drawn)))


def _refuse_few(trial: Trial) -> None:
    nothing = trial.by_lot & (trial.arm == -1)
    count, positives = int(nothing.sum()), int((nothing & (trial.total > 0)).sum())
    if count < FEWEST_NOTHING or positives < FEWEST_POSITIVES:
        raise TooFewDecisions(
            f"needed {FEWEST_NOTHING} decisions on nothing drawn by lot, {FEWEST_POSITIVES} of them followed by margin; found "
            f"{count} and {positives} where an offer could be drawn too. Let more decisions be drawn by lot (control_share, "
            "exploration_share), or wait"
        )


def _too_few(trial: Trial, place: int) -> str:
    by_lot, shown = int((trial.by_lot & (trial.arm == place)).sum()), int((trial.shown & (trial.arm == place)).sum())
    if by_lot < FEWEST_OFFER:
        return f"needs {FEWEST_OFFER} decisions drawn by lot, {by_lot} were"
    yes = int((trial.accepted & (trial.arm == place)).sum())
    if shown < FEWEST_SHOWN or yes in (0, shown):
        return f"needs {FEWEST_SHOWN} showings with both answers, found {shown} with {yes} acceptances"
    return ""


def _refused(trial: Trial, place: int, why: str) -> ArmAnswer:
    unknown = float("nan")
    return ArmAnswer(trial.arms[place], "refused", unknown, unknown, unknown, *_counts(trial, place), why)


def _counts(trial: Trial, arm: int) -> tuple[int, int]:
    by_lot = trial.by_lot & (trial.arm == arm)
    return int(by_lot.sum()), int((by_lot & (trial.total > 0)).sum())


def _measured(lot: Trial, arm: int, effect: Estimate, learner: str) -> ArmAnswer:
    told_apart = effect.low > 0 or effect.high < 0
    share = f"{effect.value:+.1%} of the usual margin [{effect.low:+.1%}, {effect.high:+.1%}]"
    numbers = (effect.value, effect.low, effect.high, *_counts(lot, arm))
    if learner != PER_DECISION:
        return ArmAnswer(
            lot.arms[arm], "varies", *numbers, f"{share} on average" + ("" if told_apart else ", not told apart from 0")
        )
    if told_apart:
        return ArmAnswer(lot.arms[arm], "constant", *numbers, f"the same for everybody: {share}")
    return ArmAnswer(lot.arms[arm], "none", *numbers, f"no effect is told apart from 0: {share}")


def mean_effects(table: Table, learner: str, *, seed: int) -> list[Estimate]:
    """Return the mean effect of each arm over all decisions drawn by lot, with intervals over draws of whole customers."""
    codes = np.unique(table.trial.customers, return_inverse=True)[1]
    rng, known = np.random.default_rng(seed), int(codes.max()) + 1
    found = [_means(table, learner, np.ones(len(table)))]
    for _ in range(_DRAWS):
        drawn = np.bincount(rng.integers(known, size=known), minlength=known)[codes].astype(np.float64)
        found.append(_means(table, learner, drawn))
    return [estimate(column) for column in np.array(found).T]


def _means(table: Table, learner: str, weights: FloatArray) -> FloatArray:
    if learner == PATHWAYS:
        effects = fit_per_acceptance(table.trial, table.outlook, weights=weights).effects(table.outlook)
    else:
        effects = _shares(replace(table.sample, weights=weights), table.moderators, learner).of(_seen(table, learner))
    return np.asarray(weights @ effects / weights.sum())


def _seen(table: Table, learner: str) -> FloatArray:
    return np.ones((len(table), 1)) if learner == PER_DECISION else table.sample.moderators


def _shares(sample: Sample, moderators: Moderators, learner: str) -> Shares:
    return constant(sample, moderators) if learner == PER_DECISION else CONTINUOUS[learner](sample, moderators)


def _form(table: Table, told: Trial, learner: str, *, seed: int) -> Shares | Pathways:
    if learner != PATHWAYS:
        return _shares(table.sample, table.moderators, learner)
    return Pathways(fit_outlook(told, seed=seed), fit_per_acceptance(table.trial, table.outlook))


def _why(choice: Choice) -> str:
    gain = choice.gain
    beaten = "better" if gain.low > 0 else "not told apart or worse"
    interval = f"{gain.value:+.5f} [{gain.low:+.5f}, {gain.high:+.5f}]"
    return (
        f"{choice.learner}: against {choice.constant}, {choice.winner} lowers the squared error by {interval}, which is {beaten}"
    )
