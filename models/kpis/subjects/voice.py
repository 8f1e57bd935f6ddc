"""What do customers say: net promoter score, satisfaction and effort, answer by answer, and the newest of each customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.times import Timestamp
from models.kpis.arithmetic.figures import Scale
from models.kpis.arithmetic.observations import Observations, Staged, joined, observed
from models.rows import FloatArray

NPS = Scale(-100.0, 100.0, closed=True)
POINTS = {"nps": Scale(0.0, 10.0, closed=True), "csat": Scale(1.0, 5.0, closed=True), "ces": Scale(1.0, 7.0, closed=True)}

_PROMOTES_FROM, _DETRACTS_TO = 9, 6


@dataclass(frozen=True)
class Answers(Staged):
    """One row per answered survey: which `kinds` of question (`nps`, `csat`, `ces`), and the score given."""

    kinds: npt.NDArray[np.str_]
    scores: FloatArray


def net_promoter(answers: Answers) -> Observations:
    """Return 100 for each who gave 9 or 10, -100 for 0 to 6, else 0: their mean is the net promoter score (Reichheld 2003)."""
    asked = _of_kind(answers, "nps")
    sides = (asked.scores >= _PROMOTES_FROM).astype(np.float64) - (asked.scores <= _DETRACTS_TO)
    return observed(asked, 100.0 * sides, scale=NPS)


def points(answers: Answers, kind: str) -> Observations:
    """Return the scores given to one kind of question, those off its scale left out."""
    asked, scale = _of_kind(answers, kind), POINTS[kind]
    inside = (asked.scores >= scale.lowest) & (asked.scores <= scale.highest)
    return observed(asked, np.where(inside, asked.scores, np.nan), scale=scale)


def newest_points(answers: Answers, standing: Sequence[Staged]) -> Observations:
    """Return each customer's newest NPS answer at successive moments, in the stage the customer stood in then.

    `standing`: a row per customer known at the moment, one table a moment, `times` all alike.
    """
    asked = points(answers, "nps")
    asked = asked.where(np.argsort(asked.times, kind="stable"))
    return joined([_newest(asked, everybody) for everybody in standing] or [asked.where(np.zeros(len(asked), dtype=np.bool_))])


def _newest(asked: Observations, everybody: Staged) -> Observations:
    moment: Timestamp = int(everybody.times[0]) if len(everybody) else 0
    by_then = asked.where(asked.times <= moment)
    newest = np.full(int(everybody.customers.max(initial=-1)) + 1, np.nan)
    here = by_then.customers < len(newest)
    newest[by_then.customers[here]] = by_then.amounts[here]  # sorted by time: the newest is written last
    return observed(everybody, newest[everybody.customers], scale=asked.scale)


def _of_kind(answers: Answers, kind: str) -> Answers:
    return answers.where(answers.kinds == kind)
