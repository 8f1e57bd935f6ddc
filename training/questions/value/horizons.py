"""Which horizons has the log seen often enough to train value at; longer ones are extrapolated by the purchase rhythm."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from features.company.schema import Company
from features.home import Home
from features.log.store import EventLog
from features.times import DAY, Timestamp, month_starts
from training.folds import HistoryTooShort, walk_forward_folds
from training.labels.labels import observed_by
from training.labels.margin import MarginTerms
from training.questions.value.question import ValueQuestion

FEWEST_FOLDS = 3
"""A horizon is trained only if so many past moments can grade it."""


def value_question(home: Home, company: Company, *, as_of: Timestamp | None = None) -> ValueQuestion:
    """Return the question of value at every horizon of the company, those that too little history bears marked as extrapolated.

    Where no horizon has been seen often enough, all are left to be trained, and training says what is missing.
    """
    log = EventLog.open(home)
    terms = MarginTerms.of(company, received=log.manifest.observed_until)
    until = min(observed_by(log, as_of, sources=terms.sources).values())
    months = month_starts(_first_seen(log), until)
    borne = tuple(days for days in company.horizons_days if _folds(months, until=until, days=days) >= FEWEST_FOLDS)
    return ValueQuestion(company, None if borne in ((), company.horizons_days) else borne)


def _folds(months: list[Timestamp], *, until: Timestamp, days: int) -> int:
    mature = np.array([month for month in months if month + days * DAY <= until], dtype=np.int64)
    try:
        return len(walk_forward_folds(mature, gap_days=days))
    except HistoryTooShort:
        return 0


def _first_seen(log: EventLog) -> Timestamp:
    """Return when the first customer was first seen; the beginning of time where there is none."""
    seen = [pc.min(log.bucket("customers", bucket)["first_seen_at"]) for bucket in range(log.manifest.buckets)]
    return min((int(moment.cast("int64").as_py()) for moment in seen if moment.is_valid), default=0)
