"""A forest's text as tables: read whole or refused by name, and only where tables say all that the trees say."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import lightgbm
import numpy as np
import pytest

from models.learners.forest import Forest
from models.learners.tables import SPREAD, ForestUnreadable, read_tables
from models.rows import Rows


def rows(count: int = 1_000) -> Rows:
    random = np.random.default_rng(0)
    values = random.normal(size=(count, 3)).astype(np.float32)
    values[:, 2] = random.integers(0, 20, count)
    return values


@cache
def text(*codes: int, **wanted: Any) -> str:
    """Return fitted trees that read the columns `codes` as codes of texts."""
    parameters = {"objective": "regression", "num_leaves": 7, "verbosity": -1, "num_threads": 1, **wanted}
    labels = np.isin(rows()[:, 2], [1, 5, 8]) + np.clip(rows()[:, :2].sum(axis=1), 0.0, 1.9)
    data = lightgbm.Dataset(rows(), label=labels, params=parameters, categorical_feature=list(codes))
    return str(lightgbm.train(parameters, data, num_boost_round=3).model_to_string())


UNCOVERED: dict[str, Callable[[], str]] = {
    "splits by sets of codes": lambda: text(2),
    "linear leaves": lambda: text(linear_tree=True),
    "more leaves than bits": lambda: text(num_leaves=60, min_data_in_leaf=2),
    "an average": lambda: text(boosting="rf", bagging_freq=1, bagging_fraction=0.5),
}


@pytest.mark.parametrize("stored", UNCOVERED.values(), ids=UNCOVERED)
def test_what_tables_do_not_cover_the_library_answers(stored: Callable[[], str]) -> None:
    forest, many = Forest(stored()), rows(5_000)

    package = lightgbm.Booster(model_str=forest.text).predict(many, raw_score=True, num_threads=1)

    assert read_tables(forest.text, answers=1) is None
    assert np.array_equal(forest.scores(many), package)


def test_many_rows_get_the_scores_that_few_get() -> None:
    forest, many = Forest(text()), rows(5_000)

    few = [forest.scores(part) for part in np.array_split(many, 5)]

    assert np.array_equal(forest.scores(many), np.concatenate(few))


def test_many_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ForestUnreadable, match="needed rows of 3 columns"):
        Forest(text()).scores(rows(5_000)[:, :2])


DAMAGES = [
    ("num_leaves=7", "num_leaves=six"),
    ("num_leaves=7", "num_leaves=0"),
    ("num_leaves=7", "num_leaves=8"),
    ("max_feature_idx=2", "max_feature_idx=0"),
    ("max_feature_idx=2", "max_feature_idx="),
    (r"split_feature=\d", "split_feature=9"),
    (r"split_feature=\d", "split_feature=99999999999999999999"),
    (r"threshold=\S+", "threshold=nan"),
    (r"threshold=\S+ ", "threshold="),
    (r"decision_type=\d", "decision_type=1"),
    (r"left_child=\S+", "left_child=0"),
    (r"left_child=\S+", "left_child=-7"),
    (r"right_child=.*\n", ""),
    (r"leaf_value=\S+", "leaf_value=x"),
]


@pytest.mark.parametrize(("found", "damaged"), DAMAGES)
def test_a_damaged_text_is_refused_by_name(found: str, damaged: str) -> None:
    stored, count = re.subn(found, damaged, text(), count=1)

    assert count == 1
    with pytest.raises(ForestUnreadable, match="take the model from its store again"):
        read_tables(stored, answers=1)


def test_a_text_cut_off_within_a_round_is_refused() -> None:
    several = text(objective="multiclass", num_class=3)

    with pytest.raises(ForestUnreadable, match="needed 3 trees a round, found 8"):
        read_tables(several.partition("\nTree=8")[0], answers=3)


def test_each_bit_has_a_place_of_its_own() -> None:
    assert len({(SPREAD << bit & 0xFFFFFFFF) >> 27 for bit in range(32)}) == 32


def test_few_rows_are_answered_without_the_compiler() -> None:
    asks = "import sys; from models.learners.forest import Forest; import numpy as np; forest = Forest(sys.stdin.read())\n"
    asks += "forest.scores(np.zeros((100, 3), np.float32)); print('numba' in sys.modules)"

    found = subprocess.run([sys.executable, "-c", asks], input=text(), capture_output=True, text=True, check=True).stdout

    assert found.strip() == "False"
