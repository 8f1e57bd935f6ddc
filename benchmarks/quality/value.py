"""Q3, what a customer will bring: what is measured, who must be beaten, and how far the total may be off."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.goals import Result
from benchmarks.quality.asking import Asking, Trial
from benchmarks.quality.compared import OURS, Moment, Standing, is_worse
from benchmarks.quality.occasions import Occasion
from benchmarks.quality.ours import declared_value, ours
from benchmarks.quality.value_peers import RHYTHM_AND_SIZE, value_peers
from models.rows import FloatArray
from training.measures.amounts import measure
from training.measures.resamples import Draws, Resamples
from training.questions.value.question import ValueQuestion

_MOST_BIAS = {"online_retail": 0.20, "completejourney": 0.10}


def _measured(answers: FloatArray, truth: FloatArray, resamples: Resamples) -> Draws:
    return measure(answers, truth[:, 0], resamples=resamples)


def _ours(occasion: Occasion) -> tuple[FloatArray, str]:
    amounts, recipe = ours(occasion, declared_value)
    return amounts[:, 0], recipe


VALUE = Asking(
    question="value",
    question_of=ValueQuestion,
    peers=value_peers,
    ours=_ours,
    measure=_measured,
    shown=("mae", "rmse", "spearman", "top_decile_share", "total_bias"),
    judged={"mae": -1, "spearman": 1},
    to_beat=(RHYTHM_AND_SIZE,),
)


def total_results(trial: Trial, moments: Sequence[Moment], standing: Standing) -> list[Result]:
    """Return how far the total is off over all cut-offs, and whether the squared error is worse than that of rhythm and size."""
    bias, most = standing.pooled.figures[OURS]["total_bias"].value, _MOST_BIAS[trial.data_set.name]
    beside = standing.pooled.differences[RHYTHM_AND_SIZE]["rmse"]
    shown, data = (
        f"{beside.value:+.1f} [{beside.low:+.1f}, {beside.high:+.1f}]",
        f"{trial.title}, {len(moments)} cut-offs",
    )
    return [
        Result(
            f"{trial.id} total",
            "total forecast over total that came, less 1",
            f"{bias:+.1%}",
            f"within {most:.0%}",
            abs(bias) <= most,
            data,
        ),
        Result(
            f"{trial.id} rmse",
            f"root mean squared error less that of {RHYTHM_AND_SIZE}",
            shown,
            "not above 0 for sure",
            not is_worse(beside, -1),
            data,
        ),
    ]
