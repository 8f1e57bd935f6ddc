"""What does each offer change: learned from decisions drawn by lot whose reward days are over, or assumed as declared."""

from __future__ import annotations

import numpy as np

from features.company.schema import Company
from models.rows import Rows
from models.uplift import UpliftModel, UsualMargin
from training.decided import known_before, read_decisions
from training.questions.offer.believed import as_believed
from training.questions.offer.stack import StackedExposures
from training.rewards import rewards
from training.uplift import TooFewDecisions, assumed_effects, fit_uplift, left_open, trial_of


def effects_of(stacked: StackedExposures, company: Company, *, seed: int) -> UpliftModel | UsualMargin:
    """Return the uplift model; where too few decisions were drawn by lot, only how the usual margin is told.

    All is read as the log told it when the newest exposure was learned from. Who is not believed teaches no acceptance here
    either; what they were told to decide, and what was bought since, counts.
    """
    log, until = stacked.log, stacked.decisions.until
    told = read_decisions(log, until=until)
    first = told.ranks == 1
    earned = rewards(log, told.where(first), company, until=until)
    known = known_before(log, as_believed(log.home, told).where(first), catalogue=company.catalogue)
    usual = usual_margin(known.rows, company)
    trial = trial_of(known, earned, company, usual=usual)
    try:
        return left_open(fit_uplift(trial, usual=usual, seed=seed).model, assumed_effects(trial, company))
    except TooFewDecisions:
        return usual


def usual_margin(rows: Rows, company: Company) -> UsualMargin:
    """Return how the usual margin of the reward days is told, as learned from rows of customers."""
    return UsualMargin.of(np.asarray(rows), company.catalogue.names, days=company.reward_days)
