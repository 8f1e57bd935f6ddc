"""How fast does a model answer: CPU time of one thread, on drawn rows that are nobody's."""

from __future__ import annotations

import time
from statistics import median

import numpy as np

from models.bundle.golden import golden_rows
from models.model import Model
from models.rows import Rows
from training.gates.artefact import Speed

_TIMES, _MANY = 5, 2048


def speed_of(model: Model) -> Speed:
    """Return the median time for a customer alone, and for one among two thousand; the first answers only warm up."""
    rows = golden_rows(model.ranges, seed="speed")
    many = np.tile(rows, (_MANY // len(rows), 1))
    return Speed(_median_ms(model, rows[:1]), _median_ms(model, many) / len(many))


def _median_ms(model: Model, rows: Rows) -> float:
    model.score(rows, names=model.feature_names)
    return median(_ms(model, rows) for _ in range(_TIMES))


def _ms(model: Model, rows: Rows) -> float:
    began = time.thread_time()
    model.score(rows, names=model.feature_names)
    return 1000 * (time.thread_time() - began)
