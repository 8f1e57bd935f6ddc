"""What each policy would choose: ours by measured effects, the simpler ones, and the best possible, which knows the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.policy_truth.company import Studied
from models.rows import BoolArray, FloatArray
from models.uplift import Outlook, Pathways
from training.uplift import UpliftReport, fit_uplift
from training.uplift.outlooks import fit_outlook

OURS, ORACLE = "measured effects", "oracle (knows the truth)"


@dataclass(frozen=True)
class Priorities:
    """What each policy ranks by, rows x arms; nothing stands at 0. `scores`: what the gates read."""

    by_policy: Mapping[str, FloatArray]
    scores: dict[str, FloatArray]
    report: UpliftReport


def priorities(studied: Studied, *, seed: int) -> Priorities:
    """Learn from what was known on the day of learning, and rank for everybody asked about.

    Acceptance, the chance to leave and the margin to come are the outlook's: learned from the same decisions, no truth in them.
    """
    asked, trial = studied.asked, studied.trial
    report = fit_uplift(trial, usual=studied.usual, seed=seed)
    form = report.model.form
    model = form.outlook if isinstance(form, Pathways) else fit_outlook(trial, seed=seed)
    outlook = model(asked.rows, studied.names)
    usual = np.nan_to_num(studied.usual(asked.rows, studied.names))
    scores = _scores(asked.month, outlook, usual)
    cost = _costs(studied, outlook.acceptance)
    assumed = _assumed(studied, outlook, usual)
    measured = report.model.predict(asked.rows, studied.names) * usual[:, None]
    ranked = {
        OURS: np.where(np.isnan(measured), assumed, measured) - cost,
        "assumed effects": assumed - cost,
        "acceptance only": outlook.acceptance,
        ORACLE: asked.effects,
    }
    best = {f"only {arm}": np.where(np.arange(len(trial.arms)) == place, 1.0, -1.0) * np.ones((len(asked), 1))
            for place, arm in enumerate(trial.arms)}  # fmt: skip
    return Priorities({**ranked, **best}, scores, report)


def chosen(priority: FloatArray, passed: BoolArray) -> FloatArray:
    """Return the chance of each choice, rows x (nothing, arms): 1 for the first by priority among what passed."""
    options = np.column_stack([np.zeros(len(priority)), np.where(passed, priority, -np.inf)])
    return np.asarray(np.eye(options.shape[1])[options.argmax(axis=1)])


def drawn_by_lot(passed: BoolArray) -> FloatArray:
    """Return the chance of each choice where everything that passed, nothing included, is as likely."""
    options = np.column_stack([np.ones(len(passed)), passed])
    return np.asarray(options / options.sum(axis=1, keepdims=True))


def _scores(month: npt.NDArray[np.int64], outlook: Outlook, usual: FloatArray) -> dict[str, FloatArray]:
    margin, percentile = outlook.expected * usual, np.zeros(len(usual))
    for each in np.unique(month):
        here = np.flatnonzero(month == each)
        percentile[here] = 100.0 * (np.argsort(np.argsort(margin[here])) + 1) / len(here)
    known = {"churn_probability": outlook.gone, "expected_margin": margin, "value_percentile": percentile}
    return {**known, "health_score": np.full(len(usual), np.nan)}


def _costs(studied: Studied, acceptance: FloatArray) -> FloatArray:
    by_id, channels = (
        {offer.id: offer for offer in studied.company.offers},
        {each.name: each for each in studied.company.channels},
    )
    offers = [by_id[arm] for arm in studied.trial.arms]
    contact = np.array([min(channels[name].contact_cost for name in offer.channels) for offer in offers])
    return np.asarray(contact + acceptance * np.array([offer.cost for offer in offers]))


def _assumed(studied: Studied, outlook: Outlook, usual: FloatArray) -> FloatArray:
    """Return acceptance x incrementality x value; for retention, x chance to leave x expected margin."""
    by_id = {offer.id: offer for offer in studied.company.offers}
    columns = []
    for place, arm in enumerate(studied.trial.arms):
        offer = by_id[arm]
        at_stake = outlook.gone * np.maximum(outlook.expected * usual, 0.0) if offer.value is None else float(offer.value)
        columns.append(outlook.acceptance[:, place] * offer.incrementality * at_stake)
    return np.column_stack(columns)
