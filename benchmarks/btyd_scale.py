"""Fitting the rhythm of purchases to a million customers (P8): CPU time and error, with whole days and with moments of the day.

With whole days, histories repeat and may be counted; with moments, each customer's is their own. The customers live through the
model's own story, so the parameters that made them are known.
"""

from __future__ import annotations

import time

import numpy as np

from benchmarks.goals import Result, arguments, report
from models.learners.btyd import Btyd, PurchaseHistories, fit_btyd
from models.rows import FloatArray

TRUE = Btyd(r=0.8, alpha=20.0, a=0.9, b=4.0)
CUSTOMERS = 1_000_000
_DAYS = 730.0
_LIMIT_CPU_SECONDS = 30.0
_HORIZON = 90.0


def simulated(customers: int, *, whole_days: bool, seed: int) -> PurchaseHistories:
    """Return histories of customers who came evenly over two years."""
    random = np.random.default_rng(seed)
    rates, chances = random.gamma(TRUE.r, 1 / TRUE.alpha, customers), random.beta(TRUE.a, TRUE.b, customers)
    ages, repeats, last, now = random.uniform(0, _DAYS, customers), *(np.zeros(customers) for _ in range(3))
    alive = np.flatnonzero(random.random(customers) >= chances)
    while len(alive):
        now[alive] += random.exponential(1 / rates[alive])
        alive = alive[now[alive] <= ages[alive]]
        repeats[alive] += 1
        last[alive] = now[alive]
        alive = alive[random.random(len(alive)) >= chances[alive]]
    if whole_days:
        return PurchaseHistories(repeats, np.where(repeats > 0, np.ceil(last), 0.0), np.ceil(ages))
    return PurchaseHistories(repeats, last, ages)


def worst_error(fitted: Btyd) -> float:
    """Return by how much the mean rate, its spread or the mean chance to leave are off, as a share."""

    def moments(model: Btyd) -> FloatArray:
        return np.array([model.r / model.alpha, model.r, model.a / (model.a + model.b)])

    return float(np.abs(moments(fitted) / moments(TRUE) - 1).max())


def measured(customers: int, *, whole_days: bool) -> Result:
    """Fit once and answer once, and say what both cost."""
    histories = simulated(customers, whole_days=whole_days, seed=0)
    began = time.process_time()
    fitted = fit_btyd(histories)
    learned = time.process_time()
    fitted.probability_of_silence(histories, horizon=_HORIZON)
    fitted.expected_purchases(histories, horizon=_HORIZON)
    answered = time.process_time()
    cost, off = learned - began, worst_error(fitted)
    return Result(
        id="P8",
        name=f"MBG/NBD fitted to {customers:,} customers, {'whole days' if whole_days else 'moments'}",
        figure=f"{cost:.1f} CPU-s, parameters within {off:.1%}; their answers {answered - learned:.1f} CPU-s",
        goal=f"under {_LIMIT_CPU_SECONDS:.0f} CPU-s",
        holds=cost < _LIMIT_CPU_SECONDS,
        data=f"simulated, two years, {(histories.repeats > 0).mean():.0%} bought again, to {histories.repeats.max():.0f} times",
    )


def main() -> None:
    """Measure both kinds of days."""
    given = arguments(__doc__).parse_args()
    customers = max(int(CUSTOMERS * given.share), 10_000)
    report([measured(customers, whole_days=whole) for whole in (True, False)], given.json)


if __name__ == "__main__":
    main()
