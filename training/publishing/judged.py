"""What follows from the predictions for a company: in which of its value categories is each customer, and which lever fits.

Whatever is relative to other customers (the ladder of values, what a good customer does, the borders of RFMT) is fitted on the
customers predicted for, all of them known at the moment of prediction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from features.company.terms import SCORE_NAMES
from features.references.ladders import Ladder
from features.rfmt import fit_rfmt, rfmt_features, rfmt_scores
from features.times import DAY
from models.rows import FloatArray
from models.value.categories import category_places, value_columns
from models.value.levers import LEVER_FEATURES, GoodCustomer, LeverTerms, fitting_lever, stakes
from training.publishing.scene import Scene

Said: TypeAlias = Mapping[str, FloatArray]
"""What models and rules said of every customer of the scene, a column a prediction."""


def judged_columns(scene: Scene, said: Said) -> dict[str, FloatArray]:
    """Return `rfmt_score`, `days_in_stage` and, where a value model answers, `value_percentile`, `value_category`, `value_lever`.

    `value_category`: the place among the company's categories; NaN for everybody where a rule names a score that no live model
    brings: the later categories would be given to customers who may belong in that one.
    `value_lever`: the place in `LEVERS`; NaN where nothing is at stake, and for everybody where no churn model answers: what
    leaving would cost could not be held against the others.
    Both are NaN for whom no value is predicted.
    """
    scores = _scores_of_rules(scene, said)
    value = said.get(f"value_{scene.company.horizon_days}")
    if value is None:
        return _published(scores)
    scores |= value_columns(value, said["value_clv_to_cac"], Ladder.of(value))
    judged = {"value_category": _categories(scene, scores, value=value), "value_lever": _levers(scene, said, value=value)}
    return _published(scores) | {name: np.where(np.isfinite(value), places, np.nan) for name, places in judged.items()}


def _published(scores: Said) -> dict[str, FloatArray]:
    """Return those scores that stand in no column of a model or of health."""
    return {name: scores[name] for name in ("rfmt_score", "days_in_stage", "value_percentile") if name in scores}


def _categories(scene: Scene, scores: Said, *, value: FloatArray) -> FloatArray:
    categories, rows = scene.company.value_categories, len(value)
    named = {name for category in categories for name in category.rule.names}
    if named & set(SCORE_NAMES) - set(scores):
        return np.full(rows, np.nan)
    return _or_nan(category_places(categories, {**_features(scene, named - set(scores)), **scores}, rows=rows))


def _levers(scene: Scene, said: Said, *, value: FloatArray) -> FloatArray:
    leaving = said.get(f"churn_{scene.company.horizon_days}")
    if leaving is None:
        return np.full(len(value), np.nan)
    columns = _features(scene, LEVER_FEATURES)
    terms = LeverTerms(GoodCustomer.of(columns), scene.company.cost_to_serve, scene.company.horizon_days)
    return _or_nan(fitting_lever(stakes(columns, terms, value=value, leaving=leaving)))


def _scores_of_rules(scene: Scene, said: Said) -> dict[str, FloatArray]:
    """Return the scores that rules may name, as far as somebody brings them; those of value apart."""
    company, rfmt = scene.company, scene.company.rfmt
    columns = _features(scene, {"purchases_days_since_last", *rfmt_features(rfmt).values()})
    brought = {
        "churn_probability": said.get(f"churn_{company.horizon_days}"),
        "churn_percentile": said.get("churn_percentile"),
        "health_score": said["health_score"],
        "rfmt_score": rfmt_scores(rfmt, fit_rfmt(rfmt, columns), columns).scores,
        "days_in_stage": (scene.snapshot.as_of - said[f"stage_{company.default_stage_set}_since"]) / DAY,
    }
    return {name: column for name, column in brought.items() if column is not None}


def _features(scene: Scene, names: Collection[str]) -> dict[str, FloatArray]:
    wanted = sorted(names)
    return dict(zip(wanted, scene.snapshot.columns(wanted).T.astype(np.float64), strict=True))


def _or_nan(places: npt.NDArray[np.int8]) -> FloatArray:
    return np.where(places < 0, np.nan, places)
