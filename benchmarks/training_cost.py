"""P8: what does training cost beside bare LightGBM on the same matrices, rounds and members; MLflow apart.

`train` is run as `lifecycle train churn` runs it, from snapshots that are there. Every call of LightGBM that it makes, a matrix
binned or a forest grown, is written down on the way; then the same calls are made bare, one after another, with nothing around
them. Everything else that training does (labels, the rhythm of purchases, regressions, asking at past moments, blends, bootstrap
intervals, pictures, export) is what it costs more.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from benchmarks.goals import Result, arguments, report
from features.home import Home
from lifecycle.simulate import simulate_into
from training.examples import stack_examples
from training.publishing.scene import company_in_use
from training.questions.churn.question import ChurnQuestion
from training.train import TrainingRun, train

CUSTOMERS = 5_000
FEWEST_CUSTOMERS = 300
AT_MOST = 1.5


@dataclass(frozen=True)
class _Binned:
    """A matrix as it was given to be binned."""

    rows: np.typing.NDArray[np.float32]
    settings: dict[str, Any]

    def again(self) -> lightgbm.Dataset:
        return lightgbm.Dataset(self.rows, **self.settings).construct()


@dataclass(frozen=True)
class _Grown:
    """One forest: on which binned matrix, from which target, by which parameters."""

    matrix: int
    fields: dict[str, Any]
    parameters: dict[str, Any]
    rounds: int

    def again(self, matrices: list[lightgbm.Dataset]) -> None:
        for name, values in self.fields.items():
            matrices[self.matrix].set_field(name, values)
        lightgbm.train(self.parameters, matrices[self.matrix], num_boost_round=self.rounds)


@dataclass
class _Calls:
    """Every call made while listening, in its order."""

    binned: list[_Binned] = field(default_factory=list)
    grown: list[_Grown] = field(default_factory=list)
    places: dict[int, int] = field(default_factory=dict)
    alive: list[lightgbm.Dataset] = field(default_factory=list)  # so that no two have one id
    written: threading.Lock = field(default_factory=threading.Lock)  # past moments are asked at two at a time

    @contextmanager
    def listening(self) -> Iterator[None]:
        dataset, grow = lightgbm.Dataset, lightgbm.train

        def told_dataset(rows: Any, **settings: Any) -> lightgbm.Dataset:
            made = dataset(rows, **settings)
            with self.written:
                self.places[id(made)] = len(self.binned)
                self.alive.append(made)
                self.binned.append(_Binned(rows, settings))
            return made

        def told_grow(parameters: dict[str, Any], matrix: lightgbm.Dataset, *, num_boost_round: int) -> lightgbm.Booster:
            fields = {name: matrix.get_field(name) for name in ("label", "weight", "init_score")}
            self.grown.append(_Grown(self.places[id(matrix)], fields, parameters, num_boost_round))
            return grow(parameters, matrix, num_boost_round=num_boost_round)

        lightgbm.Dataset, lightgbm.train = told_dataset, told_grow
        try:
            yield
        finally:
            lightgbm.Dataset, lightgbm.train = dataset, grow

    def bare(self) -> None:
        """Make the same calls again."""
        matrices = [each.again() for each in self.binned]
        for each in self.grown:
            each.again(matrices)


def measured(home: Home) -> Result:
    """Train, make the same calls bare, and return what training cost of them."""
    company = company_in_use(home)
    question = ChurnQuestion(company)
    rows = len(stack_examples(home, question).examples.rows)  # from here on the snapshots are there
    calls = _Calls()
    with calls.listening():
        trained = _cpu_seconds(lambda: train(home, question, run=TrainingRun(trained_at=0)))
    bare = _cpu_seconds(calls.bare)
    return Result(
        "P8",
        "CPU of training over that of bare LightGBM on the same matrices, rounds and members",
        f"{trained / bare:.2f} ({trained:.1f} of {bare:.1f} CPU-s; {len(calls.binned)} matrices, {len(calls.grown)} forests)",
        f"at most {AT_MOST}",
        trained / bare <= AT_MOST,
        f"simulated, {rows:,} rows of {len(company.catalogue.names)} features, horizons {company.horizons_days}",
    )


def _cpu_seconds(work: Any) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def main() -> None:
    """Simulate a company unless it is there, and report."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--work", type=Path, default=Path("var/benchmarks/training_cost"), help="where the company stands")
    options = parser.parse_args()
    customers = max(FEWEST_CUSTOMERS, round(CUSTOMERS * options.share))
    home = Home(options.work / f"company-{customers}")
    if not home.live.exists():  # the last thing that is written
        simulate_into(home, customers=customers, seed=0)
    report([measured(home)], options.json)


if __name__ == "__main__":
    main()
