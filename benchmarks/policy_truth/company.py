"""One simulated company: what its log told by the day of learning."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from features.company import Company
from features.home import Home
from features.log.store import EventLog
from features.times import DAY, Timestamp, parse_time
from lifecycle.simulate import simulate_into
from models.offer.fit import ShownOffers
from models.uplift import UsualMargin
from training.decided import Decided, Decisions, features_before, monday_before, read_decisions
from training.publishing.scene import company_in_use
from training.questions.offer.stack import NOTHING, shown_offers
from training.rewards import rewards
from training.uplift import Trial, trial_of

LEARNED_AT = parse_time("2025-10-01")
_BY_POLICY = 0.33


@dataclass(frozen=True)
class Studied:
    """A company and what it learns from, as its log told by `LEARNED_AT`.

    `trial`: mature decisions, all drawn by lot and a third of what the old policy showed. `shown`: those of them that were shown
    and whose answer time is over.
    """

    home: Home
    company: Company
    usual: UsualMargin
    trial: Trial
    shown: ShownOffers


def simulated(work: Path, *, customers: int, seed: int) -> Home:
    """Return the installation of one company, simulated if it is not there yet."""
    home = Home(work / f"company-{customers}-{seed}")
    if not home.live.exists():  # the last thing that is written
        shutil.rmtree(home.root, ignore_errors=True)
        simulate_into(home, customers=customers, seed=seed)
    return home


def studied(home: Home, *, seed: int) -> Studied:
    """Read what was decided and what came of it by `LEARNED_AT`."""
    company, log = company_in_use(home), EventLog.open(home)
    made = read_decisions(log, until=LEARNED_AT)
    some = np.random.default_rng(seed).random(len(made)) < _BY_POLICY
    made = made.where((made.ranks == 1) & (made.random | (made.shown & some)))
    names = tuple(company.catalogue.names)
    decided = Decided(made, features_before(log, company.catalogue, made), names, company.catalogue.signature)
    usual = UsualMargin.of(decided.rows, names, days=company.reward_days)
    trial = trial_of(decided, rewards(log, made, company, until=LEARNED_AT), company, usual=usual)
    known = [place for place in range(len(trial.arms)) if (trial.arm == place).any()]
    return Studied(home, company, usual, trial.of_arms(known), _shown(decided, company))


def _shown(decided: Decided, company: Company) -> ShownOffers:
    longest = max(channel.response_days for channel in company.channels)
    answered = decided.take(_answered(decided.decisions, before=LEARNED_AT - round(longest * DAY)))
    return shown_offers(answered, company, as_ofs=monday_before(answered.decisions.decided_at))


def _answered(made: Decisions, *, before: Timestamp) -> np.typing.NDArray[np.intp]:
    offered = np.array(made.offers.to_pylist(), dtype=object) != NOTHING
    return np.flatnonzero(made.shown & offered & (made.shown_at < before))
