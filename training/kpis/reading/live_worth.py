"""What are customers worth beside what winning them cost: read from the live predictions, unless they are of a later moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.company.schema import Company
from features.errors import LifecycleError
from features.home import Home
from features.stages.winners import NOT_SEEN
from features.times import Timestamp, format_time
from models.kpis.arithmetic.observations import Observations, Staged
from models.kpis.subjects.economics import value_over_cost
from models.value.acquisition import Acquired
from training.questions.value.worth import acquired_customers, value_predictions


@dataclass(frozen=True)
class LiveWorth:
    """Value over cost by customer, and how each was won; `acquired` is None and `absent` says why where it cannot be told."""

    seen: Observations
    acquired: Acquired | None
    absent: str | None


def live_worth(home: Home, company: Company, *, as_of: Timestamp) -> LiveWorth:
    """Return what the live value model says, in the stages that its predictions hold."""
    try:
        predictions = value_predictions(home)
        if predictions.origin.as_of > as_of:
            made = format_time(predictions.origin.as_of)
            return _absent(f"the live predictions are of {made}, which is later than this report")
        acquired = acquired_customers(home, company, predictions=predictions)
    except LifecycleError as reason:
        return _absent(str(reason))
    column = f"stage_{company.default_stage_set}"
    stages = predictions.column(column) if column in predictions.columns else np.full(len(acquired.cost), NOT_SEEN)
    times = np.full(len(stages), predictions.origin.as_of, dtype=np.int64)
    rows = Staged(np.arange(len(stages)), np.nan_to_num(stages, nan=NOT_SEEN).astype(np.int8), times)
    return LiveWorth(value_over_cost(rows, value=acquired.expected, cost=acquired.cost), acquired, None)


def _absent(reason: str) -> LiveWorth:
    nobody = Staged(np.zeros(0, np.int64), np.zeros(0, np.int8), np.zeros(0, np.int64))
    return LiveWorth(value_over_cost(nobody, value=np.zeros(0), cost=np.zeros(0)), None, reason)
