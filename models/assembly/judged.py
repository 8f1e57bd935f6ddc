"""What follows from the predictions for a company: in which of its value categories is each customer, and which lever fits.

Whatever is relative to other customers (the ladder of values, what a good customer does, the borders of RFMT) is looked up in
references, which were fitted on everybody when predictions were published.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from features.company.terms import SCORE_NAMES
from features.rfmt import rfmt_features, rfmt_scores
from features.times import DAY
from models.assembly.people import People
from models.assembly.references import PopulationReferences
from models.rows import FloatArray
from models.value.categories import category_places, value_columns
from models.value.levers import LEVER_FEATURES, LeverTerms, fitting_lever, stakes

Said: TypeAlias = Mapping[str, FloatArray]
"""What models and rules said of these people, a column a prediction."""


def judged_columns(people: People, said: Said, *, references: PopulationReferences) -> dict[str, FloatArray]:
    """Return `rfmt_score`, `days_in_stage` and, where a value model answers, `value_percentile`, `value_category`, `value_lever`.

    `value_category`: the place among the company's categories; NaN for everybody where a rule names a score that no live model
    brings: the later categories would be given to customers who may belong in that one.
    `value_lever`: the place in `LEVERS`; NaN where nothing is at stake, and for everybody where no churn model answers: what
    leaving would cost could not be held against the others.
    Both are NaN for whom no value is predicted.
    """
    scores = _scores_of_rules(people, said, references=references)
    value = said.get(f"value_{people.company.horizon_days}")
    if value is None or references.value is None:
        return _published(scores)
    scores |= value_columns(value, said["value_clv_to_cac"], references.value)
    levers = _levers(people, said, references=references, value=value)
    judged = {"value_category": _categories(people, scores, value=value), "value_lever": levers}
    return _published(scores) | {name: np.where(np.isfinite(value), places, np.nan) for name, places in judged.items()}


def _published(scores: Said) -> dict[str, FloatArray]:
    """Return those scores that stand in no column of a model or of health."""
    return {name: scores[name] for name in ("rfmt_score", "days_in_stage", "value_percentile") if name in scores}


def _categories(people: People, scores: Said, *, value: FloatArray) -> FloatArray:
    categories, rows = people.company.value_categories, len(value)
    named = {name for category in categories for name in category.rule.names}
    if named & set(SCORE_NAMES) - set(scores):
        return np.full(rows, np.nan)
    return _or_nan(category_places(categories, {**people.features(named - set(scores)), **scores}, rows=rows))


def _levers(people: People, said: Said, *, references: PopulationReferences, value: FloatArray) -> FloatArray:
    company = people.company
    leaving = said.get(f"churn_{company.horizon_days}")
    if leaving is None:
        return np.full(len(value), np.nan)
    terms = LeverTerms(references.good, company.cost_to_serve, company.horizon_days)
    return _or_nan(fitting_lever(stakes(people.features(LEVER_FEATURES), terms, value=value, leaving=leaving)))


def _scores_of_rules(people: People, said: Said, *, references: PopulationReferences) -> dict[str, FloatArray]:
    """Return the scores that rules may name, as far as somebody brings them; those of value apart."""
    company, rfmt = people.company, people.company.rfmt
    columns = people.features({"purchases_days_since_last", *rfmt_features(rfmt).values()})
    brought = {
        "churn_probability": said.get(f"churn_{company.horizon_days}"),
        "churn_percentile": said.get("churn_percentile"),
        "health_score": said["health_score"],
        "rfmt_score": rfmt_scores(rfmt, references.rfmt, columns).scores,
        "days_in_stage": (people.as_of - said[f"stage_{company.default_stage_set}_since"]) / DAY,
    }
    return {name: column for name, column in brought.items() if column is not None}


def _or_nan(places: npt.NDArray[np.int8]) -> FloatArray:
    return np.where(places < 0, np.nan, places)
