"""What does tuning give: the usual ways to grow trees beside the best of many, at moments later than any it was chosen at.

`lifecycle train --tune` makes its trials at moments that had closed before the first one it grades. A year of history holds no
such moments; there the line is drawn at the first graded one before which two had closed. Trees alone are then grown in the best
of the usual ways and in the best way found, whether it would be taken or not, and asked at every moment graded from there on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import optuna

from benchmarks.goals import Result, arguments, report
from benchmarks.quality.data_sets import COMPLETEJOURNEY, online_retail
from features.home import Home
from lifecycle.simulate import simulate_into
from models.learners.boosting import BoostingPreset
from training.examples import stack_examples
from training.folds import Fold, walk_forward_folds
from training.publishing.scene import company_in_use
from training.question import Question
from training.questions.churn.question import ChurnQuestion
from training.questions.purchase import PurchaseQuestion
from training.questions.transition.question import TransitionQuestion
from training.questions.value.question import ValueQuestion
from training.tuning.asked import trees_of
from training.tuning.inner import FEWEST_MOMENTS, Ground, Inner, InnerMoment
from training.tuning.search import Search, quiet_optuna
from training.tuning.space import Space
from training.tuning.verdict import Verdict

TRIALS = 20
CUSTOMERS = 800
REAL_HORIZON_DAYS = 30
AT_MOST = 0.03
SHARED = Path(os.environ.get("LIFECYCLE_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
_SURE = 1.96


@dataclass(frozen=True)
class Compared:
    """What was found, and later losses of trees as usual and as found; `less` is the difference, `width` half its interval."""

    verdict: Verdict
    usual: float
    found: float
    less: float
    width: float

    @property
    def to_gain(self) -> float:
        """Return what the way found saves, as a share of the usual loss."""
        return self.less / self.usual


def compared(home: Home, question: Question, *, trials: int) -> Compared:
    """Search before one moment, and compare from there on."""
    stacked = stack_examples(home, question)
    ground, folds = (
        Ground(stacked, trees_of(question), 0),
        walk_forward_folds(stacked.examples.as_ofs, gap_days=question.gap_days),
    )
    inner, later = _parted(ground, folds, gap_days=question.gap_days)
    space = Space(tuple(trees_of(question).defaults.values()))
    with quiet_optuna():
        kept = optuna.create_study()
    tried = Search(space, inner.tried, 0).trials(kept, count=trials, say=print)
    verdict = Verdict.of(inner, tried, defaults=len(space.defaults))
    usual, found = (_losses(later, each.preset) for each in (verdict.default, verdict.best))
    customers = np.concatenate([moment.customers for moment in later])
    return Compared(
        verdict, float(usual.mean()), float(found.mean()), float((usual - found).mean()), _width(usual - found, customers)
    )


def _parted(ground: Ground, folds: Sequence[Fold], *, gap_days: int) -> tuple[Inner, tuple[InnerMoment, ...]]:
    for place, fold in enumerate(folds):
        closed = ground.closed_by(fold.origin, gap_days=gap_days)
        if len(closed) >= FEWEST_MOMENTS:
            return Inner(fold.origin, closed), ground.at(folds[place:], told=ground.stacked.examples.labels)
    raise SystemExit("needed two moments that had closed before one that is graded, found none")


def _losses(moments: Sequence[InnerMoment], preset: BoostingPreset) -> np.ndarray:
    return np.concatenate([moment.losses(preset) for moment in moments])


def _width(gains: np.ndarray, customers: np.ndarray) -> float:
    codes = np.unique(customers, return_inverse=True)[1]
    return _SURE * float(np.sqrt((np.bincount(codes, weights=gains - gains.mean()) ** 2).sum())) / len(gains)


def _result(name: str, data: str, found: Compared) -> Result:
    verdict = found.verdict
    inner = f"tried at: {verdict.default.loss:.4g} usual, {verdict.best.loss:.4g} best of {len(verdict.trials)}"
    taken = "taken" if verdict.taken else f"not taken (gained {verdict.gain:.3g}, margin {verdict.margin:.3g})"
    later = f"later: {found.usual:.4g} usual, {found.found:.4g} found; less {found.less:+.4g} +- {found.width:.3g}"
    figure = f"{inner}, {taken}; {later}, {found.to_gain:+.1%}"
    return Result("T1", f"tuning {name}", figure, f"at most {AT_MOST:.0%} to gain", found.to_gain <= AT_MOST, data)


def _occasions(work: Path, only: str | None) -> Iterator[tuple[str, Home, tuple[Question, ...]]]:
    """Give data in words, where they stand, and what is asked of them."""
    if only in (None, "simulated"):
        home = Home(work / f"simulated-{CUSTOMERS}")
        if not home.log.exists():
            simulate_into(home, customers=CUSTOMERS, seed=7)
        company = company_in_use(home)
        asked = (ChurnQuestion(company), TransitionQuestion(company), PurchaseQuestion(company), ValueQuestion(company))
        yield f"{CUSTOMERS:,} simulated people, 3 years, 90 days", home, asked
    for data_set in (online_retail(SHARED / "online_retail_2009_2010.parquet"), COMPLETEJOURNEY):
        if data_set.is_here and only in (None, data_set.name):
            home = data_set.home(work)
            company = data_set.company(home, horizon_days=REAL_HORIZON_DAYS)
            asked = (ChurnQuestion(company), ValueQuestion(company))
            yield f"{data_set.title} (real), a year, {REAL_HORIZON_DAYS} days", home, asked


def main() -> None:
    """Search on every data set at hand and report what was gained later."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--work", type=Path, default=Path("var/benchmarks"), help="where data are kept between runs")
    parser.add_argument("--only", choices=("simulated", "online_retail", "completejourney"), help="these data alone")
    given = parser.parse_args()
    results = []
    for data, home, asked in _occasions(given.work, given.only):
        for question in asked:
            results.append(_result(question.name, data, compared(home, question, trials=round(TRIALS * given.share))))
            print(results[-1].figure, flush=True)
    report(results, given.json)


if __name__ == "__main__":
    main()
