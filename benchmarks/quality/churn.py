"""Q1 and Q2, who falls silent: what is measured, who must be beaten, and how far the level is off."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.goals import Result
from benchmarks.quality.asking import Asking, Trial
from benchmarks.quality.churn_peers import LAST_RATE, churn_peers
from benchmarks.quality.compared import OURS, Moment, Standing
from benchmarks.quality.occasions import Occasion
from benchmarks.quality.ours import declared_churn, ours
from models.rows import FloatArray
from training.measures.binary import measure
from training.measures.resamples import Draws, Resamples
from training.questions.churn.question import ChurnQuestion

_MOST_ECE = 0.05


def _measured(answers: FloatArray, truth: FloatArray, resamples: Resamples) -> Draws:
    return measure(answers, truth[:, -1], resamples=resamples)


def _ours(occasion: Occasion) -> tuple[FloatArray, str]:
    chances, recipe = ours(occasion, declared_churn)
    return chances[:, -1], recipe


CHURN = Asking(
    question="churn",
    question_of=ChurnQuestion,
    peers=churn_peers,
    ours=_ours,
    measure=_measured,
    shown=("auc", "pr_auc", "log_loss", "ece", "level_error"),
    judged={"auc": 1, "log_loss": -1},
    to_beat=("RFM logistic, newest month", "RFM logistic, stacked", "MBG/NBD"),
)


def nothing_further(trial: Trial, moments: Sequence[Moment], standing: Standing) -> list[Result]:  # noqa: ARG001 (as `Further`)
    """Return nothing: the level is asked for where seasons move it."""
    return []


def level_results(trial: Trial, moments: Sequence[Moment], standing: Standing) -> list[Result]:
    """Return how far the mean chance is off, beside carrying the last period's rate forward, and the calibration error."""
    ours, carried = (_level_error(moments, name) for name in (OURS, LAST_RATE))
    ece = standing.pooled.figures[OURS]["ece"].value
    data = f"{trial.title}, {len(moments)} cut-offs"
    return [
        Result(
            f"{trial.id} level",
            "mean distance of the mean chance from the share that left",
            f"{ours:.3f} beside {carried:.3f} of the last period's rate",
            "below the last period's rate",
            ours < carried,
            data,
        ),
        Result(f"{trial.id} ece", "calibration error", f"{ece:.3f}", f"at most {_MOST_ECE}", ece <= _MOST_ECE, data),
    ]


def _level_error(moments: Sequence[Moment], name: str) -> float:
    return float(np.mean([abs(moment.answers[name].mean() - moment.truth[:, -1].mean()) for moment in moments]))
