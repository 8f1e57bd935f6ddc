"""P9, second half: do reasons tell the truth, do they add up, and what do they cost beside bare TreeSHAP.

A churn model is fitted on all months but the last whose labels are mature, and asked about everybody at risk in that last month.
Truth: what raised an answer most becomes what it is for the median customer; does the answer fall? Cost: the reasons of the
riskiest 5 %, against LightGBM's own `pred_contrib` of the same trees on the same rows, in one process, interleaved, medians.

Both a company with contracts (simulated) and one without (completejourney, real) are asked. Each is a folder below `--work`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import lightgbm
import numpy as np

from benchmarks.goals import Result, arguments, report
from benchmarks.quality.data_sets import COMPLETEJOURNEY
from features.company import Company, default_company_text, read_company
from features.home import Home
from lifecycle.simulate import simulate_into
from models.churn import ChurnModel, default_recipe, fit_churn
from models.explanation import Replaced, contributions_of, lowered_share, reasons, riskiest, without_top_reason
from models.rows import Rows
from training.examples import stack_examples
from training.questions.churn.question import ChurnQuestion

SHARE = 0.05
LEAST_LOWERED = 0.90
MOST_TIMES_BARE = 1.15
NEAREST = 1e-9
_CUSTOMERS = 5_000
_ROUNDS = 7


@dataclass(frozen=True)
class Asked:
    """A fitted model, and the rows of everybody it is asked about."""

    data: str
    model: ChurnModel
    rows: Rows
    horizon_days: int

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return self.model.feature_names

    @property
    def main(self) -> int:
        """Return the place of the horizon asked about."""
        return self.model.horizons_days.index(self.horizon_days)


def main() -> None:
    """Measure both companies and report."""
    parser = arguments("P9: reasons")
    parser.add_argument("--work", type=Path, default=Path("var/benchmarks/reasons"), help="where the companies stand")
    options = parser.parse_args()
    customers = max(500, round(_CUSTOMERS * options.share))
    asked = [_simulated(options.work, customers), _real(options.work)]
    report([result for each in asked for result in _measured(each)], options.json)


def _simulated(work: Path, customers: int) -> Asked:
    home = Home(work / f"simulated-{customers}")
    if not home.live.exists():
        simulate_into(home, customers=customers, seed=7)
    return _asked(f"simulated, {customers:,} customers", home, read_company(default_company_text("default")))


def _real(work: Path) -> Asked:
    return _asked("completejourney (real)", COMPLETEJOURNEY.home(work), read_company(default_company_text("grocery")))


def _asked(data: str, home: Home, company: Company) -> Asked:
    examples = stack_examples(home, ChurnQuestion(company)).examples
    last = examples.as_ofs == examples.as_ofs.max()
    columns = ("rows", "labels", "customers", "as_ofs")
    learning = replace(examples, **{name: getattr(examples, name)[~last] for name in columns})
    recipe = default_recipe(company.churn.definition, company.horizons_days)
    return Asked(data, fit_churn(learning, recipe=recipe, seed=0), examples.rows[last], company.horizon_days)


def _measured(asked: Asked) -> list[Result]:
    data = f"{asked.data}, {len(asked.rows):,} rows"
    return [_truth(asked, data), _sum(asked, data), _cost(asked, asked.data)]


def _truth(asked: Asked, data: str) -> Result:
    found = without_top_reason(asked.model, asked.rows, names=asked.names, horizon_days=asked.horizon_days)
    top = riskiest(asked.model.log_odds(asked.rows, names=asked.names)[:, asked.main], share=SHARE)
    share, at_all = lowered_share(found, found.told), lowered_share(found, found.raised > 0)
    of_riskiest = lowered_share(found, found.told & np.isin(np.arange(len(asked.rows)), top))
    beside = f"riskiest {SHARE:.0%}: {of_riskiest:.1%}; counting what hardly raises: {at_all:.1%}"
    figure = f"{share:.1%} of the {int(found.told.sum()):,} with such a reason ({beside})"
    _print_codes(asked.data, found)
    holds = share >= LEAST_LOWERED
    return Result("I4a", "score falls without its top raising reason", figure, f"at least {LEAST_LOWERED:.0%}", holds, data)


def _sum(asked: Asked, data: str) -> Result:
    parts = contributions_of(asked.model, asked.rows, names=asked.names, horizon_days=asked.horizon_days)
    served = asked.model.log_odds(asked.rows, names=asked.names)[:, asked.main]
    furthest = float(np.abs(parts.log_odds - served).max())
    return Result("I4b", "contributions add up", f"off by {furthest:.1e}", f"at most {NEAREST:.0e}", furthest <= NEAREST, data)


def _cost(asked: Asked, data: str) -> Result:
    top = riskiest(asked.model.log_odds(asked.rows, names=asked.names)[:, asked.main], share=SHARE)
    rows = np.ascontiguousarray(np.tile(asked.rows[top], (max(1, 1000 // len(top)), 1)))  # enough of them to take the time of
    members = [member for _, _, member in asked.model.horizons[asked.main].members]
    boosters = [lightgbm.Booster(model_str=text) for member in members for text in member.texts().values()]

    def bare() -> None:
        for booster in boosters:
            booster.predict(rows, pred_contrib=True, num_threads=1)

    ours, theirs = _medians(
        [lambda: reasons(asked.model, rows, names=asked.names, horizon_days=asked.horizon_days), bare],
    )
    figure = f"{ours / theirs:.2f}x ({1e3 * ours / len(rows):.2f} ms a row, {sum(map(_trees, boosters)):,} trees)"
    goal = f"at most {MOST_TIMES_BARE}x bare pred_contrib"
    return Result("P9b", f"reasons of the riskiest {SHARE:.0%}, CPU", figure, goal, ours <= MOST_TIMES_BARE * theirs, data)


def _trees(booster: lightgbm.Booster) -> int:
    return int(booster.num_trees())


def _medians(calls: Sequence[Callable[[], object]]) -> list[float]:
    taken: list[list[float]] = [[] for _ in calls]
    for _ in range(_ROUNDS):
        for call, times in zip(calls, taken, strict=True):
            before = time.process_time()
            call()
            times.append(time.process_time() - before)
    return [float(np.median(times)) for times in taken]


def _print_codes(data: str, found: Replaced) -> None:
    print(f"== {data}: how often each code was the top raising one, and in which share the score fell without it")
    for code, (count, share) in sorted(found.by_code().items(), key=lambda item: -item[1][0]):
        print(f"   {code:<20} {count:>6,}  {share:.1%}")


if __name__ == "__main__":
    main()
