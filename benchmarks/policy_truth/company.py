"""One simulated company: what its log told by the day of learning, and what is true at the month starts after it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.company import Company
from features.engine.batch import compute_snapshots
from features.home import Home
from features.log.store import EventLog
from features.times import parse_time
from lifecycle.simulate import simulate_into
from models.rows import BoolArray, FloatArray, Rows
from models.uplift import UsualMargin
from training.decided import Decided, features_before, read_decisions
from training.publishing.scene import company_in_use
from training.rewards import rewards
from training.uplift import Trial, trial_of

LEARNED_AT = parse_time("2025-10-01")
ASKED_AT = tuple(parse_time(day) for day in ("2025-10-01", "2025-11-01", "2025-12-01"))
_BY_POLICY = 0.33


@dataclass(frozen=True)
class Asked:
    """Customers with a contract in force at the month starts: features, stage, true effect of each arm (currency), customer."""

    rows: Rows
    stage: npt.NDArray[np.object_]
    month: npt.NDArray[np.int64]
    effects: FloatArray
    customers: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Studied:
    """A company, what it had learned from by `LEARNED_AT`, and who is asked about; `random`: mature decisions drawn by lot."""

    company: Company
    names: tuple[str, ...]
    usual: UsualMargin
    trial: Trial
    asked: Asked


def simulated(work: Path, *, customers: int, seed: int) -> Home:
    """Return the installation of one company, simulated if it is not there yet."""
    home = Home(work / f"company-{customers}-{seed}")
    if not home.live.exists():  # the last thing that is written
        shutil.rmtree(home.root, ignore_errors=True)
        simulate_into(home, customers=customers, seed=seed)
    return home


def studied(home: Home, *, seed: int) -> Studied:
    """Read what was decided and what came of it by `LEARNED_AT`: all drawn by lot, and a third of what the policy showed."""
    company, log = company_in_use(home), EventLog.open(home)
    made = read_decisions(log, until=LEARNED_AT)
    some = np.random.default_rng(seed).random(len(made)) < _BY_POLICY
    made = made.where((made.ranks == 1) & (made.random | (made.shown & some)))
    names = tuple(company.catalogue.names)
    decided = Decided(made, features_before(log, company.catalogue, made), names, company.catalogue.signature)
    usual = UsualMargin.of(decided.rows, names, days=company.reward_days)
    trial = trial_of(decided, rewards(log, made, company, until=LEARNED_AT), company, usual=usual)
    known = [place for place in range(len(trial.arms)) if (trial.arm == place).any()]
    trial = trial.of_arms(known)
    return Studied(company, names, usual, trial, _asked(home, company, trial.arms))


def _asked(home: Home, company: Company, arms: tuple[str, ...]) -> Asked:
    truth = pq.read_table(next((home.root / "truth").glob("*.parquet")))
    parts = [_asked_in(truth, shot.as_of, shot.ids, np.asarray(shot.matrix), arms) for shot in _snapshots(home, company)]
    rows, stage, month, effects = (np.concatenate(column) for column in list(zip(*parts, strict=True))[:4])
    ids = pa.concat_arrays([part[4] for part in parts])
    return Asked(rows, stage, month, effects, ids.dictionary_encode().indices.to_numpy())


def _snapshots(home: Home, company: Company):  # type: ignore[no-untyped-def]
    return compute_snapshots(home, company.catalogue, list(ASKED_AT))


def _asked_in(truth: pa.Table, as_of: int, ids: pa.Array, matrix: Rows, arms: tuple[str, ...]):  # type: ignore[no-untyped-def]
    then = truth.filter(pc.and_(pc.equal(truth["as_of"].cast(pa.int64()), as_of), pc.is_valid(truth[f"effect_{arms[0]}"])))
    then = then.filter(pc.is_in(then["customer_id"], value_set=ids)).combine_chunks()
    places = pc.index_in(then["customer_id"].combine_chunks(), value_set=ids).to_numpy()
    effects = np.column_stack([then[f"effect_{arm}"].to_numpy() for arm in arms])
    stage = np.array(then["stage"].to_pylist(), dtype=object)
    return matrix[places], stage, np.full(len(places), as_of), effects, then["customer_id"].combine_chunks()


def columns_of(studied: Studied, scores: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Return features and scores by name, as rules read them."""
    return {name: studied.asked.rows[:, place].astype(np.float64) for place, name in enumerate(studied.names)} | scores


def passed(studied: Studied, scores: dict[str, FloatArray]) -> BoolArray:
    """Return which arm passes the company's gates for whom: stage, the three rules, and the expansion guard.

    Consent, caps and pauses are not asked, and the stage is the true one: the truth of an offer's effect knows none of them.
    """
    columns, count, company = columns_of(studied, scores), len(studied.asked), studied.company
    by_id = {offer.id: offer for offer in company.offers}
    held = company.expansion_guard.hold_when.evaluate(columns, rows=count) == 1
    found = []
    for arm in studied.trial.arms:
        offer = by_id[arm]
        fits = np.isin(studied.asked.stage, offer.stages)
        for rule in (offer.eligibility, offer.applicability, offer.suitability):
            fits &= rule.evaluate(columns, rows=count) == 1
        found.append(fits & ~held if offer.kind in company.expansion_guard.kinds else fits)
    return np.column_stack(found)
