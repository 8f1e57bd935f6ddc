"""Which columns tell a model where a customer stands: the stage as a code, and for how long, derived from the stages."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from features.stages.table import NO_MOMENT, Stood
from features.times import DAY, Timestamp
from models.rows import Rows

DAYS_IN_STAGE = "stage_days"
"""Days since the present stay began; NaN where the stage is unconfirmed."""


def stage_column(stage_set: str) -> str:
    """Return the name of the column that holds the stage of a set, as its place among the stages of the set.

    >>> stage_column("growth_curve")
    'stage_growth_curve'
    """
    return f"stage_{stage_set}"


def stage_columns(stood: Stood, as_of: Timestamp) -> Mapping[str, npt.NDArray[np.float32]]:
    """Return the columns of these customers at a moment, in training and in scoring alike."""
    since = stood.since
    days = np.where(since == NO_MOMENT, np.nan, (as_of - since) / DAY)
    return {stage_column(stood.stage_set): stood.codes.astype(np.float32), DAYS_IN_STAGE: days.astype(np.float32)}


def codes_of(rows: Rows, column: int, *, stages: int) -> npt.NDArray[np.intp]:
    """Return the code of each row's stage; `stages`, one beyond the last, where it is not known or no code.

    >>> codes_of(np.array([[0.0], [np.nan], [7.0]], np.float32), 0, stages=5).tolist()
    [0, 5, 5]
    """
    values = np.nan_to_num(rows[:, column].astype(np.float64), nan=-1.0, posinf=-1.0, neginf=-1.0)
    codes = np.rint(values)
    return np.where((codes >= 0) & (codes < stages), codes, stages).astype(np.intp)
