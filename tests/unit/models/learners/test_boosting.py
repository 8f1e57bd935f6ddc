"""Boosted trees: the same texts every time, the same answers as LightGBM's own package, damage named and not served."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import lightgbm
import numpy as np
import pytest

from models.learners.boosting import Boosting, BoostingPreset, bin_rows, fit_boosting
from models.learners.forest import Forest, ForestUnreadable
from models.rows import FloatArray, Rows

PRESET = BoostingPreset(rounds=15, bag=2)
NAMES = ["a", "b", "c"]


def rows(count: int = 1_000) -> Rows:
    random = np.random.default_rng(0)
    values = random.normal(size=(count, 3)).astype(np.float32)
    values[random.random(values.shape) < 0.1] = np.nan
    return values


def labels(values: Rows) -> FloatArray:
    return (np.nan_to_num(values[:, 0]) > 0.2).astype(np.float64)


def fitted(*, seed: int = 0, threads: int = 1) -> Boosting:
    data = bin_rows(rows(), NAMES, preset=PRESET, threads=threads)
    return fit_boosting(data, labels(rows()), preset=PRESET, seed=seed)


def test_the_number_of_threads_does_not_show_in_the_texts() -> None:
    assert fitted(threads=1).texts == fitted(threads=2).texts


def test_another_seed_grows_other_trees() -> None:
    assert fitted(seed=1).texts != fitted(seed=2).texts


def test_labels_fitted_before_on_the_same_bins_leave_no_trace() -> None:
    data = bin_rows(rows(), NAMES, preset=PRESET)

    fit_boosting(data, 1 - labels(rows()), preset=PRESET, seed=7)

    assert fit_boosting(data, labels(rows()), preset=PRESET, seed=0).texts == fitted().texts


def test_the_library_answers_as_the_package_does_to_the_last_bit() -> None:
    text = fitted().texts[0]
    own = Forest(text).scores(rows())

    package = lightgbm.Booster(model_str=text).predict(rows(), raw_score=True, num_threads=1)

    assert np.array_equal(own, package)


def test_the_bag_answers_with_the_mean_of_its_forests() -> None:
    bag = Boosting.from_texts(fitted().texts)

    assert bag.log_odds(rows()) == pytest.approx(np.mean([forest.scores(rows()) for forest in bag.forests], axis=0))
    assert np.corrcoef(bag.log_odds(rows()), labels(rows()))[0, 1] > 0.8


def test_one_forest_answers_many_threads_alike() -> None:
    forest, values = fitted().forests[0], rows()
    expected = forest.scores(values)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(forest.scores, [values] * 64))

    assert all(np.array_equal(answer, expected) for answer in answers)


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ForestUnreadable, match="needed rows of 3 columns"):
        fitted().log_odds(rows()[:, :2])


def test_no_rows_get_no_answers() -> None:
    assert fitted().log_odds(rows()[:0]).shape == (0,)


def test_a_text_that_is_no_model_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ForestUnreadable, match="needed a model text that LightGBM reads"):
        Forest("rubbish")
    capfd.readouterr()


def test_trees_of_several_answers_a_row_have_no_log_odds() -> None:
    parameters = {"objective": "multiclass", "num_class": 3, "verbosity": -1, "num_threads": 1}
    classes = np.arange(len(rows()), dtype=np.float32) % 3
    text = lightgbm.train(parameters, lightgbm.Dataset(rows(), label=classes), num_boost_round=2).model_to_string()

    with pytest.raises(ForestUnreadable, match="one answer a row, found 3"):
        Boosting.from_texts([text]).log_odds(rows())


def test_answering_loads_neither_scikit_learn_nor_joblib_nor_mlflow() -> None:
    asks = "import sys, models.bundle, models.scoring; print(*({'sklearn','joblib','mlflow','lightgbm'} & set(sys.modules)))"

    found = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True).stdout

    assert found.strip() == ""


def test_no_split_is_made_on_the_code_of_a_text() -> None:
    values = rows()
    data = bin_rows(values, ["code_of_segment", "b", "c"], preset=PRESET)

    grown = fit_boosting(data, labels(values), preset=PRESET, seed=0)

    used = [lightgbm.Booster(model_str=text).feature_importance("split") for text in grown.texts]
    assert all(splits[0] == 0 and splits[1:].sum() > 0 for splits in used)
