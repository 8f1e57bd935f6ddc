"""Who else answers what a customer will bring: their own past, the rhythm and size of purchases, and boosted trees.

No peer is handicapped: rhythm and size are fitted on all customers ever seen; the trees get every stacked month, Tweedie's with
the regularisation that serves ours. Money below nothing, which only refunds make, is nothing to a Tweedie distribution.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from benchmarks.quality.asking import Peer
from benchmarks.quality.effort import SEED, Effort
from benchmarks.quality.lessons import Lesson
from benchmarks.quality.occasions import Occasion
from models.churn.members import RHYTHM_FEATURES, purchase_histories
from models.learners.btyd import PurchaseHistories, fit_btyd
from models.learners.gamma_gamma import Spending, fit_gamma_gamma
from models.rows import FloatArray, Rows

RHYTHM_AND_SIZE = "MBG/NBD + Gamma-Gamma"


def value_peers(_: Effort) -> Mapping[str, Peer]:
    """Return the peers in the order of the tables."""
    return {
        "own past year": partial(_own_past, days=365),
        "own past quarter": partial(_own_past, days=90),
        RHYTHM_AND_SIZE: _rhythm_and_size,
        "LightGBM default, stacked": _lightgbm,
        "LightGBM Tweedie, stacked": _tweedie,
    }


def _own_past(occasion: Occasion, *, days: int) -> FloatArray:
    """Carry the daily rate of the window forward; it is shorter for who is younger, but never shorter than the horizon."""
    revenue, age = (_column(occasion, occasion.asked.rows, name) for name in (f"purchases_revenue_{days}d", RHYTHM_FEATURES[1]))
    window = np.clip(age, min(occasion.horizon_days, days), days)
    return np.nan_to_num(revenue / window * occasion.horizon_days)


def _rhythm_and_size(occasion: Occasion) -> FloatArray:
    everyone, asked = occasion.learning.population(), occasion.asked.rows
    rhythm, size = fit_btyd(_histories(occasion, everyone)), fit_gamma_gamma(_spending(occasion, everyone))
    purchases = rhythm.expected_purchases(_histories(occasion, asked), horizon=occasion.horizon_days)
    return np.nan_to_num(purchases * size.expected_spend(_spending(occasion, asked)))


def _lightgbm(occasion: Occasion) -> FloatArray:
    from lightgbm import LGBMRegressor

    lesson = Lesson.stacked(occasion)
    model = LGBMRegressor(random_state=SEED, n_jobs=1, verbosity=-1).fit(lesson.rows, lesson.label)
    return np.asarray(model.predict(lesson.asked), dtype=np.float64)


def _tweedie(occasion: Occasion) -> FloatArray:
    from lightgbm import LGBMRegressor

    lesson = Lesson.stacked(occasion)
    shape = {"num_leaves": 15, "min_child_samples": 100, "n_estimators": 200, "learning_rate": 0.045}
    drawn = {"colsample_bytree": 0.4, "subsample": 0.7, "subsample_freq": 1, "reg_lambda": 10.0}
    model = LGBMRegressor(
        objective="tweedie", tweedie_variance_power=1.3, random_state=SEED, n_jobs=1, verbosity=-1, **shape, **drawn
    )
    model.fit(lesson.rows, np.maximum(lesson.label, 0.0))
    return np.asarray(model.predict(lesson.asked), dtype=np.float64)


def _histories(occasion: Occasion, rows: Rows) -> PurchaseHistories:
    first, *others = (occasion.asked.names.index(name) for name in RHYTHM_FEATURES)
    return purchase_histories(rows, (first, *others))


def _spending(occasion: Occasion, rows: Rows) -> Spending:
    days, revenue = (_column(occasion, rows, name) for name in ("purchases_days_lifetime", "purchases_revenue_lifetime"))
    return Spending(days, revenue / np.where(days > 0, days, np.nan))


def _column(occasion: Occasion, rows: Rows, name: str) -> FloatArray:
    return np.asarray(rows[:, occasion.asked.names.index(name)], dtype=np.float64)
