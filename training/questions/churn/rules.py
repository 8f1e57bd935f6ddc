"""What would the rules have said that companies use without a model: the health index, and RFMT.

Both only rank. To be graded beside chances, each is turned into one by the falling curve that fits the rows learned from best, so
neither is blamed for not being a chance.
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
"""How well each row is, 0 to 100; NaN where the rule cannot tell."""


def rule_answers(company: Company, learning: Examples, tested: Rows) -> dict[str, FloatArray]:
    """Return what `health` and `rfmt` say of the rows tested: log-odds to leave, a column a horizon; NaN where unknown."""
    scores = {"health": _health(company, learning), "rfmt": _rfmt(company, learning)}
    return {name: _chances(score, learning, tested) for name, score in scores.items()}


def _health(company: Company, learning: Examples) -> Score:
    return lambda rows: health_scores(company.health, _columns(learning, rows), rows=len(rows)).scores


def _rfmt(company: Company, learning: Examples) -> Score:
    edges = fit_rfmt(company.rfmt, _columns(learning, learning.population()))
    return lambda rows: rfmt_scores(company.rfmt, edges, _columns(learning, rows)).scores


def _columns(learning: Examples, rows: Rows) -> Mapping[str, Rows]:
    return dict(zip(learning.names, rows.T, strict=True))


def _chances(score: Score, learning: Examples, tested: Rows) -> FloatArray:
    learned, asked = -score(learning.rows), -score(tested)
    known = ~np.isnan(learned)
    if not known.any():
        return np.full((len(tested), learning.labels.shape[1]), np.nan)
    curves = [fit_calibration("isotonic", learned[known], labels[known]) for labels in learning.labels.T]
    return np.stack([np.where(np.isnan(asked), np.nan, curve.apply(asked)) for curve in curves], axis=1)
