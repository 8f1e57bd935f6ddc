"""Who else answers in which stage a customer will stand: the stage of today, the Markov chain, a regression, and boosted trees.

Each learns from every stacked month. What a peer never saw happen gets the same least chance as with ours, so that no peer is
ruined by one customer who does what nobody did before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.quality.asking import Peer
from benchmarks.quality.effort import SEED, Effort
from benchmarks.quality.lessons import Lesson, logistic
from benchmarks.quality.occasions import Occasion
from models.rows import FloatArray, Rows
from models.transition.columns import codes_of, stage_column
from models.transition.model import LEAST_CHANCE

MARKOV, PERSISTENCE, REGRESSION = "Markov chain", "stage persists", "multinomial logistic, stacked"


def transition_peers(_: Effort) -> Mapping[str, Peer]:
    """Return the peers in the order of the tables."""
    return {PERSISTENCE: _persistence, MARKOV: _markov, REGRESSION: _multinomial, "LightGBM default, stacked": _lightgbm}


def stages_of(occasion: Occasion) -> tuple[str, ...]:
    """Return the stages of the set asked about, in the order of their codes."""
    return tuple(stage.name for stage in occasion.question.company.stage_set.stages)


def stage_now(occasion: Occasion, rows: Rows) -> npt.NDArray[np.intp]:
    """Return the code of the stage each row stands in; one beyond the last where it is not known."""
    column = occasion.asked.names.index(stage_column(occasion.question.company.stage_set.name))
    return codes_of(rows, column, stages=len(stages_of(occasion)))


def _persistence(occasion: Occasion) -> FloatArray:
    """Give the stage of today the share of customers that stayed in theirs, and every other stage the same of the rest."""
    now, then, stages = _moves(occasion)
    stayed = (now == then).mean()
    chances = np.full((stages + 1, stages), 1 / stages)
    chances[:stages] = (1 - stayed) / (stages - 1)
    np.fill_diagonal(chances[:stages], stayed)
    return _asked(chances, occasion)


def _markov(occasion: Occasion) -> FloatArray:
    """Count what became of each stage, one of each added."""
    now, then, stages = _moves(occasion)
    counts = np.ones((stages + 1, stages))
    np.add.at(counts, (now, then), 1)
    return _asked(counts / counts.sum(axis=1, keepdims=True), occasion)


def _multinomial(occasion: Occasion) -> FloatArray:
    return _fitted(logistic(), occasion)


def _lightgbm(occasion: Occasion) -> FloatArray:
    from lightgbm import LGBMClassifier

    return _fitted(LGBMClassifier(random_state=SEED, n_jobs=1, verbosity=-1), occasion)


def _fitted(model: Any, occasion: Occasion) -> FloatArray:
    """Fit on all features, the stage of today as one column for each stage."""
    lesson, stages = Lesson.stacked(occasion).known(), len(stages_of(occasion))
    now = np.eye(stages + 1, dtype=np.float32)
    learned = np.column_stack([lesson.rows, now[stage_now(occasion, occasion.learning.rows)]])
    model.fit(learned, lesson.label.astype(int))
    found = model.predict_proba(np.column_stack([lesson.asked, now[stage_now(occasion, occasion.asked.rows)]]))
    chances = np.zeros((len(found), stages))
    chances[:, model.classes_] = found
    return _possible(chances)


def _moves(occasion: Occasion) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], int]:
    then = occasion.learning.labels[:, -1].astype(np.intp)
    return stage_now(occasion, occasion.learning.rows), then, len(stages_of(occasion))


def _asked(chances: FloatArray, occasion: Occasion) -> FloatArray:
    return _possible(chances[stage_now(occasion, occasion.asked.rows)])


def _possible(chances: FloatArray) -> FloatArray:
    least = np.maximum(chances, LEAST_CHANCE)
    return np.asarray(least / least.sum(axis=1, keepdims=True))
