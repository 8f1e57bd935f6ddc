"""Q7, uplift: who stays because of an offer, ours beside scikit-uplift and econml on the same rows and folds; all simulated.

The rows are the decisions drawn by lot of one simulated company, the outcome is a contract in force at the end of the reward
days. Peers run in an environment of their own that is made below `--work`; what each answered is kept there, so that a run that
is stopped goes on where it was. Graded by Qini against deciding on nothing, summed over the offers, with intervals by customer.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from benchmarks.goals import Result, arguments, report
from benchmarks.policy_truth.company import simulated, studied
from lifecycle.console import say
from models.rows import FloatArray
from models.uplift import Moderators, Outlook
from training.measures.resamples import Estimate, estimate
from training.uplift import MODERATORS, Trial
from training.uplift.choice import Table
from training.uplift.grades import qini
from training.uplift.learners import Sample, single_log_odds
from training.uplift.outlooks import crossed_outlook, customer_folds
from training.uplift.pathways import fit_per_acceptance

CUSTOMERS, FEWEST, SEED, DRAWS = 20_000, 3_000, 201, 100
PACKAGES = ("scikit-uplift", "econml")
OURS, SMALL = "ours: by acceptance", "ours: S, log-odds"
_PER_MILLE = 1000.0


@dataclass(frozen=True)
class Contest:
    """The rows all answer about: outcome and arm stand in the table, `fold` says who learns from whom."""

    table: Table
    fold: npt.NDArray[np.intp]


def main() -> None:
    """Answer, grade and report."""
    parser = arguments("Q7: uplift beside peers on the same folds")
    parser.add_argument("--work", type=Path, default=Path("var/benchmarks/policy"), help="where company, peers and answers stand")
    options = parser.parse_args()
    customers = max(FEWEST, round(CUSTOMERS * options.share))
    contest = _contest(options.work, customers)
    answers = {**_ours(contest), **_peers(options.work, customers, contest)}
    report([_result(contest, answers, customers)], options.json)


def _contest(work: Path, customers: int) -> Contest:
    trial = studied(simulated(work, customers=customers, seed=SEED), seed=SEED).trial
    trial = trial.where(np.isfinite(trial.gone))
    outlook, lot = crossed_outlook(trial), trial.where(trial.random)
    table = Table.of(lot, outlook.where(trial.random), Moderators.of(lot.rows, lot.names, wanted=MODERATORS))
    stays = replace(table.sample, outcome=1.0 - lot.gone, expected=np.zeros(len(lot)))
    return Contest(replace(table, sample=stays), customer_folds(lot.customers, folds=5))


def _ours(contest: Contest) -> dict[str, FloatArray]:
    shape = (len(contest.table), contest.table.sample.arms)
    found = {OURS: np.zeros(shape), SMALL: np.zeros(shape)}
    for each in np.unique(contest.fold):
        asked = contest.table.take(np.flatnonzero(contest.fold == each))
        taught = contest.table.take(np.flatnonzero(contest.fold != each))
        gone = np.array(fit_per_acceptance(taught.trial, taught.outlook).gone)
        found[OURS][contest.fold == each] = _stays_more(asked.outlook, gone)
        small = single_log_odds(taught.sample, taught.moderators)
        found[SMALL][contest.fold == each] = small.of(asked.sample.moderators)
    return found


def _stays_more(outlook: Outlook, gone: FloatArray) -> FloatArray:
    level = outlook.gone_log_odds[:, None]
    return np.asarray(expit(level) - expit(level + outlook.acceptance * gone))


def _peers(work: Path, customers: int, contest: Contest) -> dict[str, FloatArray]:
    given, answered = work / f"uplift-{customers}.npz", work / f"uplift-{customers}-peers.npz"
    if not answered.exists():
        trial: Trial = contest.table.trial
        few, good = contest.table.sample.moderators[:, 1:], contest.table.sample.outcome
        np.savez(given, rows=trial.rows, few=few, arm=trial.arm, good=good, fold=contest.fold)
        script = Path(__file__).with_name("uplift_peers_answers.py")
        alone = {**os.environ, "OMP_NUM_THREADS": "1"}  # threads waiting for one another are slow
        subprocess.run([_environment(work), "-P", script, given, answered], check=True, env=alone)
    with np.load(answered) as found:
        return dict(zip(found["names"].tolist(), found["effects"], strict=True))


def _environment(work: Path) -> Path:
    """Return the interpreter of the peers' environment, made if it is not there yet; what cannot be installed takes no part."""
    folder = work / "peers"
    python = folder / "bin" / "python"
    if not python.exists():
        say("making an environment for the peers")
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        for package in PACKAGES:
            subprocess.run([python, "-m", "pip", "install", "-q", package], check=package == PACKAGES[0])
    return python


def _result(contest: Contest, answers: dict[str, FloatArray], customers: int) -> Result:
    draws = {name: _draws(contest, effects) for name, effects in answers.items()}
    for name, values in draws.items():
        less = estimate(draws[OURS] - values)
        print(f"  {name:36s} Qini {_text(estimate(values))}   ours less it {_text(less)}")
    peers = [name for name in answers if not name.startswith("ours")]
    best = max(peers, key=lambda name: draws[name][0])
    less = estimate(draws[OURS] - draws[best])
    return Result(
        id="Q7",
        name="uplift on staying, Qini (per mille of decisions, summed over the offers)",
        figure=f"{_text(estimate(draws[OURS]))}; less the best peer ({best}): {_text(less)}",
        goal="not below the best peer (interval)",
        holds=less.high > 0,
        data=f"simulated, one company of {customers:,}, {len(contest.table):,} decisions by lot, 5 folds by customer",
    )


def _draws(contest: Contest, effects: FloatArray) -> FloatArray:
    """Return the sum over the arms on all rows, then on draws of whole customers."""
    codes = np.unique(contest.table.trial.customers, return_inverse=True)[1]
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(codes.max() + 2))
    rng, found = np.random.default_rng(SEED), [_summed(contest.table.sample, effects)]
    for _ in range(DRAWS):
        drawn = rng.integers(codes.max() + 1, size=codes.max() + 1)
        places = np.concatenate([order[starts[each] : starts[each + 1]] for each in drawn])
        found.append(_summed(contest.table.sample.take(places), effects[places]))
    return np.array(found)


def _summed(sample: Sample, effects: FloatArray) -> float:
    return _PER_MILLE * sum(qini(sample, effects, arm=arm) for arm in range(sample.arms))


def _text(figure: Estimate) -> str:
    return f"{figure.value:+.1f} [{figure.low:+.1f}, {figure.high:+.1f}]"


if __name__ == "__main__":
    main()
