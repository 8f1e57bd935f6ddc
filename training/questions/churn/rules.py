"""What would the rules have said that companies use without a model: the health index, RFMT, and days since the last activity.

They only rank. To be graded beside chances, health and RFMT are turned into some by the falling curve that fits the rows learned
from best, so neither is blamed for not being a chance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from features.company.schema import Company
from features.health import health_scores
from features.rfmt import fit_rfmt, rfmt_scores
from models.examples import Examples
from models.learners.calibration import fit_calibration
from models.rows import FloatArray, Rows

Score = Callable[[Rows], FloatArray]
"""How well each row is, the higher the safer; NaN where the rule cannot tell."""

_AS_CHANCES = ("health", "rfmt")
_SINCE_LAST = ("usage_days_since_last", "tickets_days_since_last", "purchases_days_since_last", "surveys_days_since_last",
               "milestones_days_since_last")  # fmt: skip


def rule_scores(company: Company, learning: Examples) -> dict[str, Score]:
    """Return the rules `health`, `rfmt` and `recency`, the last only where a source of the company's activity has a feature."""
    recency = _recency(company, learning)
    return {"health": _health(company, learning), "rfmt": _rfmt(company, learning), **({"recency": recency} if recency else {})}


def rule_answers(company: Company, learning: Examples, tested: Rows) -> dict[str, FloatArray]:
    """Return what `health` and `rfmt` say of the rows tested: log-odds to leave, a column a horizon; NaN where unknown."""
    scores = rule_scores(company, learning)
    return {name: _chances(scores[name], learning, tested) for name in _AS_CHANCES}


def _health(company: Company, learning: Examples) -> Score:
    return lambda rows: health_scores(company.health, _columns(learning, rows), rows=len(rows)).scores


def _rfmt(company: Company, learning: Examples) -> Score:
    edges = fit_rfmt(company.rfmt, _columns(learning, learning.population()))
    return lambda rows: rfmt_scores(company.rfmt, edges, _columns(learning, rows)).scores


def _recency(company: Company, learning: Examples) -> Score | None:
    """Who was active last is safest, by any of the sources that the company file counts as activity."""
    sources = {activity.source for activity in company.churn.activity}
    known = [name for name in _SINCE_LAST if name in learning.names and name.split("_")[0] in sources]
    places = [learning.names.index(name) for name in known]
    return (lambda rows: -np.fmin.reduce(rows[:, places].astype(np.float64), axis=1)) if places else None


def _columns(learning: Examples, rows: Rows) -> Mapping[str, Rows]:
    return dict(zip(learning.names, rows.T, strict=True))


def _chances(score: Score, learning: Examples, tested: Rows) -> FloatArray:
    learned, asked = -score(learning.rows), -score(tested)
    known = ~np.isnan(learned)
    if not known.any():
        return np.full((len(tested), learning.labels.shape[1]), np.nan)
    curves = [fit_calibration("isotonic", learned[known], labels[known]) for labels in learning.labels.T]
    return np.stack([np.where(np.isnan(asked), np.nan, curve.apply(asked)) for curve in curves], axis=1)
