"""How are boosted trees fitted: few named LightGBM presets, a bag of three seeds, texts that come out the same each time.

`SHALLOW` is the winner of many on dated customer data: few leaves, strong regularisation, many columns left out of each tree. A
default LightGBM on the same rows ranks worse and is badly calibrated. Where labels follow rules rather than chances, `DEEP` wins;
which of them a question gets is chosen on later periods than those they learned from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.learners.forest import Forest
from models.learners.tables import ForestUnreadable
from models.learners.target import Target
from models.rows import FloatArray, Rows, quantities

_THREADS_LINE = re.compile(r"^\[num_threads: \d+\]$", re.MULTILINE)


@dataclass(frozen=True)
class BoostingPreset:
    """How deep, how long and how cautiously the trees are grown; the same for whatever is fitted.

    `fewest_rows` in a leaf is for large data; on small data a leaf may hold one row in fifty, but never fewer than five. A tree
    sees `feature_share` of the columns and at most `most_columns`: beyond that, a wider catalogue costs no more time.
    """

    leaves: int = 15
    fewest_rows: int = 100
    learning_rate: float = 0.045
    rounds: int = 200
    feature_share: float = 0.4
    most_columns: int = 40
    row_share: float = 0.7
    l2: float = 10.0
    bag: int = 3

    def parameters(self, shape: tuple[int, int], *, seed: int, threads: int) -> dict[str, Any]:
        """Return LightGBM's own parameters for one member of the bag, on data of that shape (rows, varying columns).

        >>> BoostingPreset().parameters((1000, 200), seed=0, threads=1)["min_data_in_leaf"]
        20
        >>> BoostingPreset().parameters((1000, 200), seed=0, threads=1)["feature_fraction"]
        0.2
        """
        rows, columns = shape
        return {
            "num_leaves": self.leaves,
            "min_data_in_leaf": min(self.fewest_rows, max(5, rows // 50)),
            "learning_rate": self.learning_rate,
            "feature_fraction": min(self.feature_share, self.most_columns / max(columns, 1)),
            "bagging_fraction": self.row_share,
            "bagging_freq": 1,
            "lambda_l2": self.l2,
            "seed": seed,
            "deterministic": True,
            "force_col_wise": True,
            "feature_pre_filter": False,
            "num_threads": threads,
            "verbosity": -1,
        }


SHALLOW = BoostingPreset()
"""For noisy labels of people's behaviour: shallow trees, strongly regularised."""

DEEP = BoostingPreset(leaves=31, fewest_rows=10, learning_rate=0.06, rounds=300, feature_share=0.7, row_share=0.8, l2=1.0)
"""For labels that follow from the features by rules, where shallow trees lose clearly."""

SLOW = BoostingPreset(leaves=6, fewest_rows=50, learning_rate=0.03, rounds=350, feature_share=0.3)
"""For few rows or much noise: trees of few leaves that each move the answer little."""

PRESETS = {"shallow": SHALLOW, "deep": DEEP, "slow": SLOW}
"""The presets by name: what a recipe chooses among."""


@dataclass(frozen=True)
class Boosting:
    """A bag of forests grown from different seeds; its answer is the mean of their scores.

    Scores are what `Target.link` makes an answer of: log-odds, one score a class, an amount, or the logarithm of one.
    """

    forests: tuple[Forest, ...]

    def scores(self, rows: Rows) -> FloatArray:
        """Return the bag's scores, shape (n,), or (n, classes); missing features (NaN) are read as missing, as in training."""
        first, *others = (forest.scores(rows) for forest in self.forests)
        return sum(others, start=first) / len(self.forests)

    def log_odds(self, rows: Rows) -> FloatArray:
        """Return the log-odds of the label 1, one a row, of a bag grown on 0/1 labels."""
        if self.forests[0].answers != 1:
            raise ForestUnreadable(f"needed trees that give one answer a row, found {self.forests[0].answers}; train again")
        return self.scores(rows)

    def contributions(self, rows: Rows) -> FloatArray:
        """Return what each feature adds to the bag's scores, (n, f + 1) or (n, classes, f + 1); the last is the expected score.

        Along the last axis they add up to the score. `Forest.contributions` says what it costs.
        """
        return np.asarray(np.mean([forest.contributions(rows) for forest in self.forests], axis=0))

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the forests as LightGBM texts: what is stored, and hashed."""
        return tuple(forest.text for forest in self.forests)

    @classmethod
    def from_texts(cls, texts: Sequence[str]) -> Boosting:
        """Open a bag from its texts; these must have been checked by their hash before."""
        return cls(tuple(Forest(text) for text in texts))


@dataclass(frozen=True)
class BoostingData:
    """Rows binned once, to be boosted against several targets (horizons) and seeds; `quantities` may be split on, no others.

    `shape`: how many rows, and how many columns that are not the same for everybody.
    """

    dataset: Any
    quantities: tuple[int, ...]
    shape: tuple[int, int]
    threads: int


def bin_rows(rows: Rows, names: Sequence[str], *, preset: BoostingPreset, threads: int = 1) -> BoostingData:
    """Return the rows in LightGBM's bins; a third of the cost of a fit, and needed only once."""
    import lightgbm

    parameters = preset.parameters((len(rows), len(names)), seed=0, threads=threads)
    dataset = lightgbm.Dataset(
        rows, label=np.zeros(len(rows), np.float32), feature_name=list(names), params=parameters, free_raw_data=True
    )
    dataset.construct()
    varying = sum(dataset.feature_num_bin(place) > 1 for place in range(len(names)))
    return BoostingData(dataset, tuple(quantities(names)), (len(rows), varying), threads)


def fit_boosting(data: BoostingData, labels: FloatArray | Target, *, preset: BoostingPreset, seed: int) -> Boosting:
    """Grow the bag for a target, or for one 0/1 label a row.

    Same rows, target, preset and seed: same texts, on any number of threads. Bins made for another preset serve as well, since
    no preset changes them.
    """
    import lightgbm

    target = labels if isinstance(labels, Target) else Target.binary(labels)
    data.dataset.set_label(target.labels.astype(np.float32))
    data.dataset.set_field("weight", target.relative_weights)  # unlike `set_weight`, None takes away those of an earlier target
    data.dataset.set_field("init_score", target.offset)
    texts = []
    for member in range(preset.bag):
        parameters = preset.parameters(data.shape, seed=seed * 1000 + member, threads=data.threads)
        booster = lightgbm.train({**target.objective, **parameters, **_gains(data)}, data.dataset, num_boost_round=preset.rounds)
        texts.append(_repeatable(booster.model_to_string()))
    return Boosting.from_texts(texts)


def _gains(data: BoostingData) -> dict[str, list[float]]:
    """Return the parameter by which a split on a code of a text gains nothing, and so is never made."""
    width = data.dataset.num_feature()
    gains = [1.0 if place in data.quantities else 0.0 for place in range(width)]
    return {"feature_contri": gains} if len(data.quantities) < width else {}


def _repeatable(text: str) -> str:
    # The only line of the text that tells on how many threads it was made; the trees do not depend on it.
    return _THREADS_LINE.sub("[num_threads: 1]", text)
