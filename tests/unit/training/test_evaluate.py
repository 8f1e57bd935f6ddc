"""That the seven measures are those of the textbook, and their intervals those of a bootstrap by customer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from models.rows import FloatArray
from training.contest import features_alone
from training.measures.binary import MEASURES, feature_aucs, measure
from training.measures.resamples import Resamples, differences, estimates


def sample(rows: int, *, seed: int = 0, skill: float = 1.0) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    odds = rng.normal(-1, 1, rows)
    left = (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(float)
    return 1 / (1 + np.exp(-skill * odds)), left


def each_row_a_customer(rows: int, *, count: int = 0) -> Resamples:
    return Resamples(np.arange(rows, dtype=np.int32), count=count, seed=1)


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 300), st.integers(0, 10_000), st.integers(1, 4))
def test_measures_equal_those_of_scikit_learn(rows: int, seed: int, decimals: int) -> None:
    probabilities, left = sample(rows, seed=seed)
    probabilities, left = np.clip(probabilities.round(decimals), 0.01, 0.99), np.append(left[:-2], [0.0, 1.0])

    found = measure(probabilities, left, resamples=each_row_a_customer(rows))

    assert found["auc"][0] == pytest.approx(roc_auc_score(left, probabilities))
    assert found["pr_auc"][0] == pytest.approx(average_precision_score(left, probabilities))
    assert found["log_loss"][0] == pytest.approx(log_loss(left, probabilities))
    assert found["brier"][0] == pytest.approx(brier_score_loss(left, probabilities))


def test_one_probability_for_all_has_no_rank_and_no_calibration_error_at_the_right_level() -> None:
    left = np.array([1.0, 0.0, 0.0, 0.0] * 25)

    found = {name: draws[0] for name, draws in measure(np.full(100, 0.25), left, resamples=each_row_a_customer(100)).items()}

    assert found["auc"] == pytest.approx(0.5)
    assert found["lift_top_decile"] == pytest.approx(1.0)
    assert found["ece"] == pytest.approx(0.0, abs=1e-12)
    assert found["level_error"] == pytest.approx(0.0, abs=1e-12)


def test_a_perfect_ranking_catches_ten_times_the_leavers_in_the_top_tenth() -> None:
    left = np.repeat([1.0, 0.0], [10, 90])

    found = measure(np.linspace(0.9, 0.1, 100), left, resamples=each_row_a_customer(100))

    assert found["lift_top_decile"][0] == pytest.approx(10.0)
    assert found["auc"][0] == pytest.approx(1.0)


def test_calibration_error_is_the_mean_gap_over_tenths_of_the_scores() -> None:
    probabilities = np.repeat([0.2, 0.6], 50)
    left = np.concatenate([np.repeat([1.0, 0.0], [20, 30]), np.repeat([1.0, 0.0], [20, 30])])

    assert measure(probabilities, left, resamples=each_row_a_customer(100))["ece"][0] == pytest.approx(0.5 * 0.2 + 0.5 * 0.2)


def test_a_resample_equals_measuring_the_rows_it_drew() -> None:
    probabilities, left = sample(60)
    resamples = Resamples(np.repeat(np.arange(20, dtype=np.int32), 3), count=3, seed=4)

    found = measure(probabilities, left, resamples=resamples)

    drawn = np.concatenate(list(resamples.weights(np.arange(60))))[2].astype(int)
    again = measure(np.repeat(probabilities, drawn), np.repeat(left, drawn), resamples=each_row_a_customer(60))
    assert found["auc"][2] == pytest.approx(again["auc"][0])
    assert found["log_loss"][2] == pytest.approx(again["log_loss"][0])
    assert found["lift_top_decile"][2] == pytest.approx(again["lift_top_decile"][0])


def test_whole_customers_are_drawn_so_repeated_rows_do_not_narrow_an_interval() -> None:
    probabilities, left = sample(300)
    once = estimates(measure(probabilities, left, resamples=each_row_a_customer(300, count=200)))["log_loss"]
    customers = np.tile(np.arange(300, dtype=np.int32), 4)

    four_times = estimates(
        measure(np.tile(probabilities, 4), np.tile(left, 4), resamples=Resamples(customers, count=200, seed=1))
    )["log_loss"]

    assert four_times.high - four_times.low == pytest.approx(once.high - once.low)


def test_an_interval_covers_the_spread_of_new_samples() -> None:
    probabilities, left = sample(2000)
    found = estimates(measure(probabilities, left, resamples=each_row_a_customer(2000, count=400)))["log_loss"]
    losses = [measure(*sample(2000, seed=seed), resamples=each_row_a_customer(2000))["log_loss"][0] for seed in range(1, 60)]

    assert found.high - found.low == pytest.approx(4 * np.std(losses), rel=0.35)


def test_a_paired_difference_is_far_narrower_than_its_two_intervals() -> None:
    probabilities, left = sample(1000)
    resamples = each_row_a_customer(1000, count=200)
    first = measure(probabilities, left, resamples=resamples)
    second = measure(np.clip(probabilities * 1.05, 0, 0.999), left, resamples=resamples)

    paired = differences(first, second)["log_loss"]

    assert paired.high - paired.low < 0.2 * (estimates(first)["log_loss"].high - estimates(first)["log_loss"].low)
    assert paired.value == pytest.approx(first["log_loss"][0] - second["log_loss"][0])


def test_the_same_seed_draws_the_same_customers() -> None:
    probabilities, left = sample(50)

    first, second = (measure(probabilities, left, resamples=each_row_a_customer(50, count=5)) for _ in range(2))

    assert all((first[name] == second[name]).all() for name in MEASURES)


def test_a_feature_alone_is_judged_by_rows_from_all_over() -> None:
    rows = np.random.default_rng(0).normal(size=(90_000, 1)).astype(np.float32)
    happened = (np.arange(90_000) < 20_000).astype(np.float64)  # to nobody among the newest 30,000

    (found,) = features_alone(rows, happened, names=["noise"])

    assert found.auc == pytest.approx(0.5, abs=0.02)


def test_where_it_happened_to_nobody_no_feature_tells_anything() -> None:
    assert feature_aucs(np.ones((3, 2), np.float32), np.zeros(3)).tolist() == [0.5, 0.5]


def test_a_measure_that_cannot_be_taken_is_left_out() -> None:
    found = estimates(measure(np.array([0.2, 0.3]), np.zeros(2), resamples=each_row_a_customer(2, count=5)))

    assert "auc" not in found
    assert found["level_error"].value == pytest.approx(0.25)
