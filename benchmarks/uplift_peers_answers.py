"""What scikit-uplift and econml answer, run inside their own environment: reads rows and folds, writes effects; knows no project.

Each peer gets what its documentation shows: two models, a solo model with a treatment column, the class transformation, on
gradient boosting and on logistic regression, and econml's doubly robust line and X-learner. Where its name says so, it gets
the five features that ours may move with, instead of all. Effects are of one arm against nothing.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import numpy as np


def main() -> None:
    """Answer for every peer that can be imported, arm and fold: effects on the rows of the fold from the others."""
    given = np.load(sys.argv[1])
    arm, good, fold = given["arm"], given["good"], given["fold"]
    tables = {"all": np.nan_to_num(given["rows"], nan=-1.0), "five features": given["few"]}
    found = {}
    for name, fit in peers().items():
        rows = tables["five features" if name.endswith("five features") else "all"]
        effects = np.zeros((len(rows), arm.max() + 1))
        for each in np.unique(fold):
            for one in range(arm.max() + 1):
                taught = (fold != each) & ((arm == one) | (arm == -1))
                model = fit(rows[taught], good[taught].astype(int), (arm[taught] == one).astype(int))
                effects[fold == each, one] = np.ravel(model(rows[fold == each]))
        found[name] = effects
        print(name, flush=True)
    np.savez(sys.argv[2], names=np.array([*found]), effects=np.stack([*found.values()]))


def peers() -> dict[str, Any]:
    """Return how each peer is fitted: to rows, outcomes and treatments, giving what predicts effects."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    sklift = importlib.import_module("sklift.models")

    def boosted() -> Any:
        return HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=7, learning_rate=0.05, random_state=0)

    def line() -> Any:
        return make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500))

    def scikit(make: Any) -> Any:
        return lambda rows, good, treated: make().fit(rows, good, treated).predict

    return {
        "scikit-uplift two models, boosting": scikit(lambda: sklift.TwoModels(boosted(), boosted())),
        "scikit-uplift two models, logistic": scikit(lambda: sklift.TwoModels(line(), line())),
        "scikit-uplift solo model, boosting": scikit(lambda: sklift.SoloModel(boosted())),
        "scikit-uplift interactions, logistic, five features": scikit(
            lambda: sklift.SoloModel(line(), method="treatment_interaction")
        ),
        "scikit-uplift class transformation": scikit(lambda: sklift.ClassTransformation(boosted())),
        **_econml(boosted),
    }


def _econml(boosted: Any) -> dict[str, Any]:
    try:
        robust, meta = (importlib.import_module(f"econml.{name}") for name in ("dr", "metalearners"))
    except ImportError:
        return {}
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import LogisticRegression

    def trees() -> Any:
        return HistGradientBoostingRegressor(max_iter=60, max_leaf_nodes=7, learning_rate=0.05, random_state=0)

    def doubly_robust(rows: Any, good: Any, treated: Any) -> Any:
        learner = robust.LinearDRLearner(
            model_propensity=LogisticRegression(max_iter=500), model_regression=trees(), random_state=0
        )
        return learner.fit(good.astype(float), treated, X=rows).effect

    def crossed(rows: Any, good: Any, treated: Any) -> Any:
        learner = meta.XLearner(models=trees(), propensity_model=boosted())
        return learner.fit(good.astype(float), treated, X=rows).effect

    return {"econml DR, linear, five features": doubly_robust, "econml X, boosting": crossed}


if __name__ == "__main__":
    main()
