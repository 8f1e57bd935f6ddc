"""Do the chances hold for customers whom nobody tried to keep: calibration of treated and untreated customers apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.company.schema import Company
from features.times import Timestamp
from models.rows import BoolArray, FloatArray
from training.contest import Answered
from training.examples import StackedExamples
from training.labels.treated import keeps_offers, treated_at
from training.measures.binary import measure
from training.measures.resamples import Resamples
from training.records.report import CHOSEN, Finding

_TOLD = ("log_loss", "level_error", "ece")


def untreated_findings(stacked: StackedExamples, company: Company, folds: Sequence[Answered]) -> list[Finding]:
    """Return a line each for treated and untreated customers of all folds; none where no retention offer was shown in any."""
    if not keeps_offers(stacked.log):
        return []
    treated = np.concatenate([_treated(stacked, fold.origin, horizon_days=company.horizon_days) for fold in folds])
    chances, left = (np.concatenate(part) for part in ([fold.answers[CHOSEN] for fold in folds], [fold.truth for fold in folds]))
    if not treated.any():
        return []
    groups = {"untreated": ~treated, "treated": treated}
    return [_line(name, chances[group], left[group]) for name, group in groups.items() if group.any()]


def _treated(stacked: StackedExamples, as_of: Timestamp, *, horizon_days: int) -> BoolArray:
    return treated_at(stacked.log, stacked.asked[as_of], as_of=as_of, horizon_days=horizon_days)


def _line(name: str, chances: FloatArray, left: FloatArray) -> Finding:
    found = measure(chances, left, resamples=Resamples(np.arange(len(left), dtype=np.int32), count=0, seed=0))
    figures = {each: float(found[each][0]) for each in _TOLD}
    return {"customers": name, "rows": len(left), "said": float(chances.mean()), "left": float(left.mean()), **figures}
