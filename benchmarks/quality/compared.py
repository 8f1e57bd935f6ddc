"""Who answered better, and how sure is that: every contender on the same rows and draws of customers, by cut-off and pooled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from models.rows import FloatArray
from training.measures.resamples import Draws, Estimate, Resamples, differences, estimates

OURS = "ours"
RESAMPLES = 1000
_SEED = 0

Measure = Callable[[FloatArray, FloatArray, Resamples], Draws]
"""What is measured of answers against the truth, on the rows and on each resample."""

Estimates = Mapping[str, Estimate]


@dataclass(frozen=True)
class Moment:
    """Everybody asked at one cut-off: what each contender answered, and what became of them."""

    day: str
    answers: Mapping[str, FloatArray]
    truth: FloatArray
    ids: pa.Array


@dataclass(frozen=True)
class Compared:
    """Every measure of every contender, and ours less each peer's, paired draw by draw."""

    figures: Mapping[str, Estimates]
    differences: Mapping[str, Estimates]
    rows: int


@dataclass(frozen=True)
class Standing:
    """How the contenders stand at each cut-off, by its day, and over all of them."""

    pooled: Compared
    by_day: Mapping[str, Compared]

    def worse(self, judged: Mapping[str, int]) -> list[str]:
        """Return where ours is significantly worse than a peer: which peer, when, in what, and by how much.

        `judged` names the measures that decide, 1 where more is better and -1 where less is.
        """
        return [
            f"{peer} {day} {name} {estimate.value:+.4f} [{estimate.low:+.4f}, {estimate.high:+.4f}]"
            for day, compared in self.by_day.items()
            for peer, found in compared.differences.items()
            for name, sign in judged.items()
            if is_worse(estimate := found[name], sign)
        ]


def is_better(difference: Estimate, sign: int) -> bool:
    """Say whether ours is better for sure: the interval of the difference leaves out zero.

    >>> is_better(Estimate(-0.02, -0.03, -0.01), -1), is_better(Estimate(-0.02, -0.05, 0.01), -1)
    (True, False)
    """
    return difference.low > 0 if sign > 0 else difference.high < 0


def is_worse(difference: Estimate, sign: int) -> bool:
    """Say whether ours is worse for sure."""
    return is_better(difference, -sign)


def standing(moments: Sequence[Moment], measure: Measure) -> Standing:
    """Compare all contenders; a customer asked at several cut-offs is drawn with all of its rows."""
    codes = _codes([moment.ids for moment in moments])
    by_day = {
        moment.day: _compared(moment.answers, moment.truth, measure=measure, customers=own)
        for moment, own in zip(moments, codes, strict=True)
    }
    together = {name: np.concatenate([moment.answers[name] for moment in moments]) for name in moments[0].answers}
    truth = np.concatenate([moment.truth for moment in moments])
    return Standing(_compared(together, truth, measure=measure, customers=np.concatenate(codes)), by_day)


def _compared(
    answers: Mapping[str, FloatArray], truth: FloatArray, *, measure: Measure, customers: np.typing.NDArray[np.int32]
) -> Compared:
    resamples = Resamples(customers, count=RESAMPLES, seed=_SEED)
    draws = {name: measure(values, truth, resamples) for name, values in answers.items()}
    return Compared(
        {name: estimates(drawn) for name, drawn in draws.items()},
        {name: differences(draws[OURS], drawn) for name, drawn in draws.items() if name != OURS},
        len(truth),
    )


def _codes(ids: Sequence[pa.Array]) -> list[np.typing.NDArray[np.int32]]:
    codes = pa.concat_arrays(list(ids)).dictionary_encode().indices.to_numpy()
    return list(np.split(codes, np.cumsum([len(part) for part in ids])[:-1]))
