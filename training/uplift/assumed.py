"""What was measured stands in place of what is assumed only where it contradicts it; what is not known is left open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from features.company.schema import Company
from models.uplift import ArmAnswer, UpliftModel
from training.uplift.trial import Trial


def assumed_effects(trial: Trial, company: Company) -> dict[str, float]:
    """Return the effect that the company file assumes of each arm, by offer id, as a share of the usual margin of the trial.

    An acceptance as often as it came, times `incrementality`; times the offer's value, or for a retention offer times how often
    those left alone by lot were gone. NaN where that is not known.
    """
    offers = {offer.id: offer for offer in company.offers}
    usual = float(trial.usual.mean()) if len(trial) else float("nan")
    gone = trial.gone[trial.by_lot & (trial.arm == -1)]
    leaving = float(np.nanmean(gone)) if np.isfinite(gone).any() else float("nan")
    found = {}
    for place, arm in enumerate(trial.arms):
        shown = trial.shown & (trial.arm == place)
        accepted = float(trial.accepted[shown].mean()) if shown.any() else float("nan")
        at_stake = leaving if offers[arm].value is None else float(offers[arm].value or 0.0) / usual
        found[arm] = accepted * offers[arm].incrementality * at_stake
    return found


def left_open(model: UpliftModel, assumed: Mapping[str, float]) -> UpliftModel:
    """Return the model with those offers left open of which neither no effect nor the assumed one can be ruled out.

    Few decisions by lot give wide intervals. Taken for "no effect" they would silence every offer; what the company file
    assumes stands until they are narrow enough to contradict it.
    """
    return replace(model, answers=tuple(_settled(answer, assumed.get(answer.offer_id, float("nan"))) for answer in model.answers))


def _settled(answer: ArmAnswer, assumed: float) -> ArmAnswer:
    if answer.kind != "none" or not answer.low <= assumed <= answer.high:
        return answer
    words = f"{answer.reason}; nor from the {assumed:+.1%} that are assumed, which stand"
    return replace(answer, kind="open", reason=words)
