"""That every peer answers for everybody asked, and tells who leaves, what they bring, and where they will stand."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.quality.churn_peers import LAST_RATE, churn_peers
from benchmarks.quality.effort import Effort
from benchmarks.quality.lessons import Lesson
from benchmarks.quality.transition_peers import MARKOV, PERSISTENCE, looseness, transition_peers
from benchmarks.quality.value_peers import value_peers
from features.times import DAY
from models.examples import Examples
from models.rows import Rows, quantities
from models.transition.recipe import LOOSENESS
from training.measures.binary import feature_aucs

NAMES = (
    "purchases_days_lifetime",
    "purchases_days_since_first",
    "purchases_days_since_last",
    "purchases_days_365d",
    "purchases_revenue_365d",
    "purchases_revenue_90d",
    "purchases_revenue_lifetime",
    "stage_growth_curve",
)
STAGES = ("active", "silent")
FAST = ["RFM logistic, stacked", "MBG/NBD", "LightGBM default, newest month", "LightGBM default, stacked"]


def customers(count: int, *, seed: int) -> tuple[Rows, np.ndarray]:
    """Draw customers who buy at paces of their own; who has been silent for long by that pace buys no more."""
    random = np.random.default_rng(seed)
    first, pace = random.uniform(60, 300, count), random.uniform(5, 60, count)
    silence = np.minimum(random.exponential(pace) * random.choice([1, 4], count), first - 1)
    days = np.maximum(np.floor((first - silence) / pace), 0) + 1
    last = np.where(days > 1, silence, first)
    revenue = days * random.uniform(5, 15, count)
    code = (last > 2 * pace).astype(float)
    rows = np.stack([days, first, last, days, revenue, revenue * 90 / first, revenue, code], axis=1).astype(np.float32)
    return rows, (last > 60).astype(float)


def occasion(*, money: bool = False) -> Any:
    (learned, left), (asked, came) = customers(600, seed=1), customers(200, seed=2)
    if money:
        left, came = (1 - left) * learned[:, 5], (1 - came) * asked[:, 5]
    months = np.repeat([0, 30 * DAY], 300)
    examples = Examples(learned, NAMES, left[:, None], np.arange(600, dtype=np.int32), months, "s", learned)
    company = SimpleNamespace(
        stage_set=SimpleNamespace(name="growth_curve", stages=[SimpleNamespace(name=stage) for stage in STAGES])
    )
    return SimpleNamespace(
        learning=examples,
        asked=SimpleNamespace(rows=asked, names=NAMES, truth=came[:, None]),
        quantities=quantities(NAMES),
        question=SimpleNamespace(company=company),
        horizon_days=60,
    )


@pytest.mark.parametrize("name", FAST)
def test_a_churn_peer_ranks_who_leaves_by_chances(name: str) -> None:
    asked = occasion()

    chances = churn_peers(Effort())[name](asked)

    assert ((chances >= 0) & (chances <= 1)).all()
    assert feature_aucs(chances[:, None].astype(np.float32), asked.asked.truth[:, 0])[0] > 0.75


def test_the_last_rate_is_that_of_the_newest_month() -> None:
    asked = occasion()

    chances = churn_peers(Effort())[LAST_RATE](asked)

    assert set(chances) == {asked.learning.labels[300:].mean()}


def test_the_automatic_learner_is_named_by_how_long_it_may_search() -> None:
    assert "FLAML 600 s, stacked" in churn_peers(Effort())


@pytest.mark.parametrize("name", list(value_peers(Effort())))
def test_a_value_peer_forecasts_an_amount_for_everybody(name: str) -> None:
    asked = occasion(money=True)

    amounts = value_peers(Effort())[name](asked)

    assert (amounts.shape, np.isfinite(amounts).all()) == ((200,), True)
    assert np.corrcoef(amounts, asked.asked.truth[:, 0])[0, 1] > 0.2


@pytest.mark.parametrize("name", list(transition_peers(Effort())))
def test_a_transition_peer_gives_every_stage_a_chance(name: str) -> None:
    chances = transition_peers(Effort())[name](occasion())

    assert chances.shape == (200, len(STAGES))
    assert np.allclose(chances.sum(axis=1), 1)
    assert chances.min() > 0


def test_persistence_and_the_chain_know_only_the_stage_of_today() -> None:
    asked = occasion()
    stands = asked.asked.rows[:, -1]

    for name in (PERSISTENCE, MARKOV):
        chances = transition_peers(Effort())[name](asked)
        assert all(len(np.unique(chances[stands == stage], axis=0)) == 1 for stage in (0, 1))


def test_a_lesson_of_the_newest_month_has_no_row_of_an_older_one() -> None:
    asked = occasion()

    assert len(Lesson.newest(asked).rows) == 300
    assert Lesson.stacked(asked).of(["tenure_days", NAMES[2]]).names == (NAMES[2],)


def noisy(months: list[int]) -> Any:
    """Build customers of whom forty columns say nothing, and one says a little of the stage they come to."""
    asked, random = occasion(), np.random.default_rng(3)
    noise = random.normal(size=(600, 40)).astype(np.float32)
    label = (noise[:, 0] + 3 * random.normal(size=600) > 0).astype(float)
    names = tuple(f"noise_{place}" for place in range(40))
    learning = replace(asked.learning, as_ofs=np.repeat(months, 300) * DAY)
    return Lesson(noise, label, noise[:10], names), SimpleNamespace(**{**vars(asked), "learning": learning})


def test_the_regression_is_held_tight_where_much_of_what_it_reads_is_noise() -> None:
    lesson, asked = noisy([0, 60])

    assert looseness(lesson, asked) <= 0.01


def test_the_regression_is_held_as_ours_where_no_month_had_closed_before_the_newest() -> None:
    lesson, asked = noisy([0, 59])

    assert looseness(lesson, asked) == LOOSENESS
