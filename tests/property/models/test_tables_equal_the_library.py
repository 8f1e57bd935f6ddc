"""Tables answer as LightGBM's library does, to the last bit, whatever the trees, their thresholds and the rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from random import Random

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.learners.forest import Forest
from models.learners.sweep import swept
from models.learners.tables import read_tables
from models.rows import FloatArray, Rows

WIDTH = 4
TINY = float(np.float32(1e-35))
ODD = [0.0, -0.0, 1e-45, -1e-36, TINY, -TINY, 1.1e-35, 0.5, 1.0, -1.0, 3.4e38, -3.4e38]
VALUES = [*ODD, np.nan, np.inf, -np.inf, np.nextafter(np.float32(0.5), 1), np.nextafter(np.float32(0.5), 0)]
THRESHOLDS = [*ODD, 0.5000000001, 0.4999999999, 1e300, -1e300]
DECISIONS = [0, 2, 4, 6, 8, 10]  # missing: none, zero, NaN; to the right, to the left

KINDS = {
    "binary": {"objective": "binary"},
    "zero is missing": {"objective": "binary", "zero_as_missing": True},
    "nothing is missing": {"objective": "binary", "use_missing": False},
    "several classes": {"objective": "multiclass", "num_class": 4},
    "tweedie": {"objective": "tweedie"},
    "many leaves": {"objective": "regression", "num_leaves": 32, "min_data_in_leaf": 2},
    "one leaf": {"objective": "regression", "min_data_in_leaf": 10_000},
}


def drawn(count: int, seed: int) -> Rows:
    random = np.random.default_rng(seed)
    rows = random.normal(size=(count, WIDTH)).astype(np.float32)
    odd = random.random(rows.shape) < 0.4
    rows[odd] = random.choice(np.array(VALUES, np.float32), odd.sum())
    return rows


@cache
def text(kind: str) -> str:
    rows = drawn(800, seed=0)
    known = np.clip(np.nan_to_num(rows), -9, 9)
    labels = np.digitize(known[:, 0] + known[:, 1] ** 2, [0.3, 1.0])
    several = KINDS[kind]["objective"] in ("multiclass", "tweedie", "regression")
    target = labels if several else np.minimum(labels, 1)  # the fourth of four classes never occurs
    parameters = {"num_leaves": 9, "min_data_in_leaf": 5, "verbosity": -1, "num_threads": 1, **KINDS[kind]}
    data = lightgbm.Dataset(rows, label=target.astype(np.float32), params=parameters)
    return str(lightgbm.train(parameters, data, num_boost_round=7).model_to_string())


def both(stored: str, rows: Rows) -> tuple[FloatArray, FloatArray]:
    """Return what the library and what the tables say, shape (n, answers)."""
    forest = Forest(stored)
    tables = read_tables(stored, answers=forest.answers)
    assert tables is not None
    library = np.concatenate([forest.scores(part) for part in np.array_split(rows, len(rows) // 4_000 + 1)])
    return library.reshape(len(rows), -1), swept(tables, rows, answers=forest.answers)


@pytest.mark.parametrize("kind", KINDS)
def test_fitted_trees_answer_alike(kind: str) -> None:
    library, tables = both(text(kind), drawn(2_000, seed=1))

    assert tables.tobytes() == library.tobytes()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.integers(1, 1_100), st.randoms(use_true_random=False))
def test_trees_of_any_thresholds_and_any_kind_of_missing_answer_alike(kind: str, count: int, random: Random) -> None:
    stored = rewritten(text(kind), "threshold", lambda: repr(random.choice(THRESHOLDS)))
    stored = rewritten(stored, "decision_type", lambda: str(random.choice(DECISIONS)))

    library, tables = both(stored, drawn(count, seed=random.randrange(1000)))

    assert tables.tobytes() == library.tobytes()


def rewritten(stored: str, name: str, word: Callable[[], str]) -> str:
    """Return the text with other words in the lines of a name; without the sizes of the trees, which would no longer hold."""
    lines = re.sub(r"^tree_sizes=.*\n", "", stored, flags=re.MULTILINE)
    pattern = re.compile(rf"^{name}=(.+)$", re.MULTILINE)
    return pattern.sub(lambda line: f"{name}=" + " ".join(word() for _ in line[1].split()), lines)
