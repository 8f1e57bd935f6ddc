"""Who else answers whether a customer falls silent: each peer as its own documentation would have it, on the same rows as ours.

No peer is handicapped. The rhythm of purchases is fitted on all customers ever seen, not on recent buyers, and answers with the
chance of silence, not with that of having left for good. Learners of many rows get every stacked month; where a preset matters
(XGBoost's own is for far larger data) they get the regularisation that serves ours. FLAML is given ten minutes and validates on
the newest rows, as a careful user would have it do.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.quality.asking import Peer
from benchmarks.quality.effort import SEED, Effort
from benchmarks.quality.lessons import Lesson, logistic
from benchmarks.quality.occasions import Occasion
from models.churn.fit import RFM_FEATURES
from models.churn.members import RHYTHM_FEATURES, purchase_histories
from models.learners.btyd import fit_btyd
from models.rows import FloatArray

LAST_RATE = "last period's rate"


def _last_rate(occasion: Occasion) -> FloatArray:
    return np.full(len(occasion.asked.rows), Lesson.newest(occasion).label.mean())


def _recency(occasion: Occasion) -> FloatArray:
    return _logistic(Lesson.stacked(occasion).of(["purchases_days_since_last"]))


def _rfm_newest(occasion: Occasion) -> FloatArray:
    return _logistic(Lesson.newest(occasion).of(RFM_FEATURES))


def _rfm_stacked(occasion: Occasion) -> FloatArray:
    return _logistic(Lesson.stacked(occasion).of(RFM_FEATURES))


def _mbg_nbd(occasion: Occasion) -> FloatArray:
    asked = occasion.asked
    columns = tuple(asked.names.index(name) for name in RHYTHM_FEATURES)
    fitted = fit_btyd(purchase_histories(occasion.learning.population(), columns))
    return fitted.probability_of_silence(purchase_histories(asked.rows, columns), horizon=occasion.horizon_days)


def _lightgbm_newest(occasion: Occasion) -> FloatArray:
    from lightgbm import LGBMClassifier

    return _fitted(LGBMClassifier(random_state=SEED, n_jobs=1, verbosity=-1), Lesson.newest(occasion))


def _lightgbm_stacked(occasion: Occasion) -> FloatArray:
    from lightgbm import LGBMClassifier

    return _fitted(LGBMClassifier(random_state=SEED, n_jobs=1, verbosity=-1), Lesson.stacked(occasion))


def _catboost(occasion: Occasion) -> FloatArray:
    from catboost import CatBoostClassifier

    regularised = {"depth": 5, "l2_leaf_reg": 10.0, "rsm": 0.4, "bootstrap_type": "Bernoulli", "subsample": 0.7}
    quiet = {"thread_count": 1, "verbose": False, "allow_writing_files": False}
    model = CatBoostClassifier(iterations=400, learning_rate=0.045, random_seed=SEED, **regularised, **quiet)
    return _fitted(model, Lesson.stacked(occasion))


def _xgboost(occasion: Occasion) -> FloatArray:
    from xgboost import XGBClassifier

    regularised = {"max_depth": 4, "min_child_weight": 20, "subsample": 0.7, "colsample_bytree": 0.4, "reg_lambda": 10.0}
    model = XGBClassifier(n_estimators=200, learning_rate=0.045, random_state=SEED, n_jobs=1, **regularised)
    return _fitted(model, Lesson.stacked(occasion))


def _flaml(occasion: Occasion, *, seconds: float) -> FloatArray:
    from flaml import AutoML

    lesson, oldest_first = Lesson.stacked(occasion), np.argsort(occasion.learning.as_ofs, kind="stable")
    learned, asked = pd.DataFrame(lesson.rows[oldest_first]), pd.DataFrame(lesson.asked)  # of a table it fills gaps itself
    search = AutoML(
        task="classification",
        metric="log_loss",
        time_budget=seconds,
        split_type="time",
        n_jobs=1,
        seed=SEED,
        verbose=0,
        early_stop=False,
    )
    search.fit(learned.add_prefix("f"), lesson.label[oldest_first].astype(int))
    return _chances(search.predict_proba(asked.add_prefix("f")))


def churn_peers(effort: Effort) -> Mapping[str, Peer]:
    """Return the peers in the order of the tables; the name of the automatic learner says how long it may search."""
    return {
        LAST_RATE: _last_rate,
        "recency": _recency,
        "RFM logistic, newest month": _rfm_newest,
        "RFM logistic, stacked": _rfm_stacked,
        "MBG/NBD": _mbg_nbd,
        "LightGBM default, newest month": _lightgbm_newest,
        "LightGBM default, stacked": _lightgbm_stacked,
        "CatBoost, stacked": _catboost,
        "XGBoost, stacked": _xgboost,
        f"FLAML {effort.automl_seconds:g} s, stacked": partial(_flaml, seconds=effort.automl_seconds),
    }


def _logistic(lesson: Lesson) -> FloatArray:
    return _fitted(logistic(), lesson.known())


def _fitted(model: Any, lesson: Lesson) -> FloatArray:
    model.fit(lesson.rows, lesson.label.astype(int))
    return _chances(model.predict_proba(lesson.asked))


def _chances(of_each_class: FloatArray) -> FloatArray:
    return np.asarray(of_each_class[:, 1], dtype=np.float64)
