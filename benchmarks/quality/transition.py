"""Q4, in which stage a customer will stand: what is measured, and by how much the Markov chain must be beaten."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.goals import Result
from benchmarks.quality.asking import Asking, Trial
from benchmarks.quality.compared import OURS, Moment, Standing
from benchmarks.quality.occasions import Occasion
from benchmarks.quality.ours import declared_transition, ours
from benchmarks.quality.transition_peers import MARKOV, PERSISTENCE, REGRESSION, stage_now, stages_of, transition_peers
from models.rows import FloatArray
from training.measures.multiclass import StageMeasure
from training.measures.resamples import Draws, Resamples
from training.questions.transition.question import TransitionQuestion

BAD = ("decline", "lapsed")
_LOWER, _FURTHER = 0.08, 0.05


def outcome(occasion: Occasion) -> FloatArray:
    """Return a row a customer: the stage that came, the stage of today, and for each stage whether it is one of the bad."""
    bad = [float(name in BAD) for name in stages_of(occasion)]
    came, stood = occasion.asked.truth[:, -1], stage_now(occasion, occasion.asked.rows)
    return np.column_stack([came, stood, np.tile(bad, (len(came), 1))])


def measured(answers: FloatArray, truth: FloatArray, resamples: Resamples) -> Draws:
    """Take the measures of stages; `auc` is that of decline or lapse among who is in neither today."""
    return StageMeasure(tuple((truth[0, 2:] > 0).tolist()))(answers, truth[:, :2], resamples=resamples)


def _ours(occasion: Occasion) -> tuple[FloatArray, str]:
    chances, recipe = ours(occasion, declared_transition)
    return chances[:, -len(stages_of(occasion)) :], recipe


TRANSITION = Asking(
    question="transition",
    question_of=TransitionQuestion,
    peers=transition_peers,
    ours=_ours,
    measure=measured,
    shown=("log_loss", "accuracy", "macro_auc", "auc"),
    judged={"log_loss": -1, "auc": 1},
    to_beat=(PERSISTENCE, MARKOV),
    truth=outcome,
)


def margin_results(trial: Trial, moments: Sequence[Moment], standing: Standing) -> list[Result]:
    """Return whether the log-loss is so much below Markov's, the exits so much better told, and the regression not better."""
    figures, data = standing.pooled.figures, f"{trial.title}, {len(moments)} cut-offs"
    share = figures[OURS]["log_loss"].value / figures[MARKOV]["log_loss"].value - 1
    further = standing.pooled.differences[MARKOV]["auc"].value
    beside = standing.pooled.differences[REGRESSION]["log_loss"]
    shown = f"{beside.value:+.4f} [{beside.low:+.4f}, {beside.high:+.4f}]"
    return [
        Result(
            f"{trial.id} loss",
            "log-loss less the Markov chain's",
            f"{share:+.1%}",
            f"at most -{_LOWER:.0%}",
            share <= -_LOWER,
            data,
        ),
        Result(
            f"{trial.id} exits",
            "AUC of decline or lapse among the healthy, less the Markov chain's",
            f"{further:+.3f}",
            f"at least {_FURTHER:+.2f}",
            further >= _FURTHER,
            data,
        ),
        Result(
            f"{trial.id} regression", f"log-loss less that of {REGRESSION}", shown, "not above 0 for sure", beside.low <= 0, data
        ),
    ]
