"""A tenth of the campaign of benchmarks/coverage, within a band as wide as a tenth needs: 200 logs of 2,000 decisions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.coverage.__main__ import campaign, results, table
from benchmarks.coverage.crowd import DECISIONS, ONCE, SEVERAL_TIMES, crowd, drawn_logs
from benchmarks.coverage.tally import FIGURES, Count, Tally
from training.measures.resamples import Estimate
from training.policy_value import PolicyValue, Support

WITHIN = (0.915, 0.985)
SUPPORTED = Support(2_000, 2_000, 0.0, 1.0, 0.01, 500.0, 500.0, 4.0)


def silent(_: str) -> None:
    pass


@pytest.fixture(scope="module")
def tenth(tmp_path_factory: pytest.TempPathFactory) -> Tally:
    return campaign(0.1, seed=12, work=tmp_path_factory.mktemp("coverage"), say=silent)


@pytest.mark.parametrize("figure", FIGURES)
def test_the_intervals_of_every_estimator_cover_the_truth_as_often_as_they_say(tenth: Tally, figure: str) -> None:
    low, high = WITHIN

    assert tenth.over(figure).intervals >= 350
    assert low <= tenth.over(figure).share <= high


@pytest.mark.parametrize("part", [ONCE, SEVERAL_TIMES])
def test_customers_decided_for_several_times_are_covered_no_worse(tenth: Tally, part: str) -> None:
    for figure in ("logged", "dr", "switch_dr"):
        assert tenth.over(figure, part).share >= 0.9


def test_nearly_every_log_can_value_these_policies(tenth: Tally) -> None:
    assert sum(tenth.refused.values()) < 0.02 * 200 * len(tenth.policies)


def test_the_goals_name_every_figure_once(tenth: Tally) -> None:
    goals = results(tenth, covered=WITHIN)

    assert [goal.id for goal in goals] == [f"V{number}" for number in range(1, 10)]
    assert all(goal.holds for goal in goals)
    assert table(tenth).count("\n") == 1 + len(tenth.policies) + 2


def test_a_campaign_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    found = Estimate(1.5, 1.0, 2.0)
    known = Tally.of("same/once", PolicyValue(SUPPORTED, found, {"ips": found}, {}), (1.5, 1.5))
    (tmp_path / "12-0.json").write_bytes(known.to_json())

    assert campaign(0.025, seed=12, work=tmp_path, say=silent) == known


def test_the_true_value_is_what_many_drawn_rewards_bring() -> None:
    pool = crowd(3)
    logs = list(drawn_logs(pool, ONCE, count=100, rng=np.random.default_rng(0)))

    reward = np.concatenate([log.reward for log, _ in logs])

    error = reward.std() / np.sqrt(len(reward))
    assert abs(reward.mean() - pool.logging.value) < 4 * error


def test_a_customer_decided_for_several_times_stays_in_one_log_and_one_situation() -> None:
    pool = crowd(3)
    (first, rows), (second, _) = drawn_logs(pool, SEVERAL_TIMES, count=2, rng=np.random.default_rng(0))

    assert len(first) == len(second) == DECISIONS
    assert len(np.unique(first.customer)) == len(np.unique(np.column_stack([first.customer, rows]), axis=0)) < DECISIONS / 2
    assert not np.isin(first.customer, second.customer).any()


@pytest.mark.parametrize(("truth", "counted"), [(1.5, (1, 0, 0)), (0.5, (0, 1, 0)), (2.5, (0, 0, 1))])
def test_a_truth_is_inside_below_or_above(truth: float, counted: tuple[int, int, int]) -> None:
    count = Count.of(Estimate(1.5, 1.0, 2.0), truth)

    assert (count.inside, count.below, count.above) == counted


def test_an_interval_of_no_width_is_no_test() -> None:
    assert Count.of(Estimate(0.0, 0.0, 0.0), 0.0) == Count()
