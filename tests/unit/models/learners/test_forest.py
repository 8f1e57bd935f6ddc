"""An opened forest: the same answers as LightGBM's own package, reasons that add up, damage named and not served."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import lightgbm
import numpy as np
import pytest

from models.learners.forest import Forest
from models.learners.tables import ForestUnreadable
from models.rows import Rows


def rows(count: int = 1_000) -> Rows:
    random = np.random.default_rng(0)
    values = random.normal(size=(count, 3)).astype(np.float32)
    values[random.random(values.shape) < 0.1] = np.nan
    return values


def text(*, classes: int = 1) -> str:
    several = {"objective": "multiclass", "num_class": classes}
    parameters = {"verbosity": -1, "num_threads": 1, **(several if classes > 1 else {"objective": "binary"})}
    labels = np.digitize(np.nan_to_num(rows()[:, 0]) + rows()[:, 1] ** 2, [0.3, 1.0][: max(classes - 1, 1)])
    data = lightgbm.Dataset(rows(), label=np.nan_to_num(labels).astype(np.float32))
    return str(lightgbm.train(parameters, data, num_boost_round=12).model_to_string())


@pytest.mark.parametrize("classes", [1, 3])
def test_the_library_answers_as_the_package_does_to_the_last_bit(classes: int) -> None:
    stored = text(classes=classes)

    package = lightgbm.Booster(model_str=stored).predict(rows(), raw_score=True, num_threads=1)

    assert np.array_equal(Forest(stored).scores(rows()), package)


@pytest.mark.parametrize("classes", [1, 3])
def test_the_library_gives_the_packages_reasons_to_the_last_bit(classes: int) -> None:
    stored = text(classes=classes)

    package = lightgbm.Booster(model_str=stored).predict(rows(), pred_contrib=True, num_threads=1)

    assert np.array_equal(Forest(stored).contributions(rows()).ravel(), np.ravel(package))


@pytest.mark.parametrize("classes", [1, 3])
def test_the_reasons_of_a_row_add_up_to_its_score(classes: int) -> None:
    forest = Forest(text(classes=classes))

    assert forest.contributions(rows()).sum(axis=-1) == pytest.approx(forest.scores(rows()), abs=1e-9)


def test_one_answer_a_row_is_a_vector_and_several_are_a_matrix() -> None:
    one, three = Forest(text()), Forest(text(classes=3))

    assert (one.scores(rows()).shape, one.contributions(rows()).shape) == ((1_000,), (1_000, 4))
    assert (three.scores(rows()).shape, three.contributions(rows()).shape) == ((1_000, 3), (1_000, 3, 4))


def test_one_forest_answers_many_threads_alike() -> None:
    forest, values = Forest(text()), rows()
    expected = forest.scores(values)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(forest.scores, [values] * 64))

    assert all(np.array_equal(answer, expected) for answer in answers)


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ForestUnreadable, match="needed rows of 3 columns"):
        Forest(text()).contributions(rows()[:, :2])


@pytest.mark.parametrize("classes", [1, 3])
def test_no_rows_get_no_answers(classes: int) -> None:
    assert len(Forest(text(classes=classes)).scores(rows()[:0])) == 0


def test_a_text_that_is_no_model_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ForestUnreadable, match="needed a model text that LightGBM reads"):
        Forest("rubbish")
    capfd.readouterr()


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda forest: pickle.loads(pickle.dumps(forest))])  # noqa: S301 - our own
def test_a_copy_opens_the_text_for_itself(copied: Callable[[Forest], Forest]) -> None:
    forest = Forest(text())

    other = copied(forest)

    assert np.array_equal(other.scores(rows()), forest.scores(rows()))


def test_answering_loads_neither_scikit_learn_nor_joblib_nor_mlflow() -> None:
    asks = "import sys, models.bundle, models.scoring; print(*({'sklearn','joblib','mlflow','lightgbm'} & set(sys.modules)))"

    found = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True).stdout

    assert found.strip() == ""


@pytest.mark.parametrize("classes", [1, 3])
def test_one_row_alone_gets_what_it_gets_among_others_from_many_threads_too(classes: int) -> None:
    forest, table = Forest(text(classes=classes)), rows(40)
    together = forest.scores(table)

    with ThreadPoolExecutor(4) as pool:
        alone = list(pool.map(lambda place: forest.scores(table[place : place + 1]), range(len(table))))

    assert np.array_equal(np.concatenate(alone), together)
