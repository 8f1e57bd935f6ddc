"""Amounts of money against what came: what each measure rewards, and what it cannot be taken of."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from training.measures.amounts import MEASURES, measure
from training.measures.resamples import Resamples, estimates

RNG = np.random.default_rng(1)
CAME = np.where(RNG.random(500) < 0.5, 0.0, RNG.lognormal(3.0, 1.0, 500))
SAID = np.round(0.4 * CAME + RNG.lognormal(2.0, 1.0, 500))
NONE = Resamples(np.arange(500, dtype=np.int32), count=0, seed=0)


def value(name: str, said: np.ndarray, came: np.ndarray = CAME) -> float:
    return float(measure(said, came, resamples=NONE)[name][0])


def test_ranks_agree_with_published_ones_ties_included() -> None:
    assert value("spearman", SAID) == pytest.approx(spearmanr(SAID, CAME)[0])
    assert value("auc", SAID) == pytest.approx(roc_auc_score(CAME > 0, SAID))


def test_forecasting_nothing_has_a_small_absolute_error_and_a_large_loss() -> None:
    nothing = np.zeros(500)

    assert value("mae", nothing) == pytest.approx(CAME.mean())
    assert value("loss", nothing) == pytest.approx(2 * CAME.mean())
    assert value("total_bias", nothing) == -1.0


def test_the_right_order_has_gini_1_whatever_the_size() -> None:
    assert value("gini", 3.0 * CAME) == pytest.approx(1.0)
    assert value("gini", -CAME) < 0.0


def test_one_wholesaler_does_not_decide_the_winsorised_error() -> None:
    came = CAME.copy()
    came[0] = 1e6

    assert value("rmse", SAID, came) > 1000 * value("rmse_winsorised", SAID, came)


def test_the_top_tenth_is_cut_fairly_through_equal_forecasts() -> None:
    assert value("top_decile_share", np.ones(500)) == pytest.approx(0.1)


def test_an_order_of_equal_forecasts_and_a_share_of_no_money_are_left_out() -> None:
    taken = estimates(measure(np.ones(500), -np.abs(CAME), resamples=NONE))

    assert set(MEASURES) - set(taken) >= {"spearman", "total_bias", "top_decile_share", "gini"}


def test_an_interval_resamples_whole_customers() -> None:
    few = Resamples((np.arange(500) % 5).astype(np.int32), count=50, seed=0)
    many = Resamples(np.arange(500, dtype=np.int32), count=50, seed=0)

    spread = [float(np.ptp(measure(SAID, CAME, resamples=each)["mae"])) for each in (few, many)]

    assert all(np.isfinite(spread))
    assert measure(SAID, CAME, resamples=few)["mae"][0] == measure(SAID, CAME, resamples=many)["mae"][0]
