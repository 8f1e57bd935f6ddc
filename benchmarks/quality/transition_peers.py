"""Who else answers in which stage a customer will stand: the stage of today, the Markov chain, a regression, and boosted trees.

Each learns from every stacked month. How loosely the regression is held is chosen as a careful user would choose it: on the
newest month, learned from those that had closed by then. What a peer never saw happen gets the same least chance as with ours,
so that no peer is ruined by one customer who does what nobody did before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.quality.asking import Peer
from benchmarks.quality.effort import SEED, Effort
from benchmarks.quality.lessons import Lesson, logistic
from benchmarks.quality.occasions import Occasion
from features.times import DAY
from models.rows import FloatArray, Rows
from models.transition.columns import codes_of, stage_column
from models.transition.model import LEAST_CHANCE
from models.transition.recipe import LOOSENESS

MARKOV, PERSISTENCE, REGRESSION = "Markov chain", "stage persists", "multinomial logistic, tuned, stacked"
_LOOSER_AND_LOOSER = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)  # scikit-learn's `C`; the last is its own


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
    lesson = _with_stages(occasion)
    return _fitted(logistic(flagged=True, C=looseness(lesson, occasion)), lesson, stages=len(stages_of(occasion)))


def _lightgbm(occasion: Occasion) -> FloatArray:
    from lightgbm import LGBMClassifier

    model = LGBMClassifier(random_state=SEED, n_jobs=1, verbosity=-1)
    return _fitted(model, _with_stages(occasion), stages=len(stages_of(occasion)))


def looseness(lesson: Lesson, occasion: Occasion) -> float:
    """Return the `C` of the lowest log-loss in the newest month, learned from months that had closed by then.

    Where fewer than two stages were come to by then, that of our own regression.
    """
    as_ofs = occasion.learning.as_ofs
    newest, closed = as_ofs == as_ofs.max(), as_ofs + occasion.horizon_days * DAY <= as_ofs.max()
    if len(np.unique(lesson.label[closed])) < 2:
        return LOOSENESS
    earlier = replace(lesson, rows=lesson.rows[closed], label=lesson.label[closed], asked=lesson.rows[newest]).known()
    came = lesson.label[newest].astype(np.intp)

    def loss(c: float) -> float:
        chances = _fitted(logistic(flagged=True, C=c), earlier, stages=len(stages_of(occasion)))
        return float(-np.log(chances[np.arange(len(came)), came]).mean())

    return min(_LOOSER_AND_LOOSER, key=loss)


def _with_stages(occasion: Occasion) -> Lesson:
    """Return all features, and the stage of today as one column for each stage."""
    lesson, stages = Lesson.stacked(occasion).known(), (*stages_of(occasion), "unknown")
    one_of = np.eye(len(stages), dtype=np.float32)
    learned = np.column_stack([lesson.rows, one_of[stage_now(occasion, occasion.learning.rows)]])
    asked = np.column_stack([lesson.asked, one_of[stage_now(occasion, occasion.asked.rows)]])
    return Lesson(learned, lesson.label, asked, (*lesson.names, *(f"stands_in_{stage}" for stage in stages)))


def _fitted(model: Any, lesson: Lesson, *, stages: int) -> FloatArray:
    model.fit(lesson.rows, lesson.label.astype(int))
    found = model.predict_proba(lesson.asked)
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
