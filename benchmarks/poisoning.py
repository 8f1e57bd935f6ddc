"""R9: what can somebody who lies about offers do to what is learned? `python -m benchmarks.poisoning`.

A made crowd of honest sources answers for customers whose chance to accept depends on two columns; one source lies. What is
learned is a logistic acceptance model on the rows and weights that `training.feedback.learnable` gives; its level and its ranking
on honest rows kept aside stand beside those of the same model without the liar.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.goals import Result, arguments, report
from features.at_risk.events import NEVER
from features.times import DAY, HOUR
from models.rows import BoolArray, FloatArray
from training.feedback import MOST_SHARE, Feedback, Learnable, learnable

DECIDED = 20_000 * DAY
UNTIL = DECIDED + 30 * DAY
LIAR = "agent:liar"
ROWS_EACH = 250
FEWER, MANY = 24, 60
FLIPPED = (0.01, 0.05, 0.10)
_DATA = f"made crowd, {ROWS_EACH} answers a source, 15 % accept"


@dataclass(frozen=True)
class Crowd:
    """Answers, and of whom: two columns a row, the feedback, and which rows are honest."""

    columns: FloatArray
    feedback: Feedback

    @property
    def honest(self) -> BoolArray:
        """Return which rows the liar did not give."""
        return np.asarray(self.feedback.sources != LIAR)


@dataclass(frozen=True)
class Harm:
    """What the liar did: AUC on honest rows kept aside, less that without the liar; the mean chance over that without."""

    auc: float
    level: float


def crowd(sources: int, *, lies: int, rows: int = ROWS_EACH, seed: int = 0, flips: bool = False) -> Crowd:
    """Return what honest sources and one liar say; the liar accepts everything, or says the contrary (`flips`)."""
    rng = np.random.default_rng(seed)
    names = np.repeat([f"agent:{number}" for number in range(sources)] + [LIAR], [rows] * sources + [lies])
    columns = rng.normal(size=(len(names), 2))
    skill = np.repeat(rng.normal(0, 0.2, sources + 1), [rows] * sources + [lies])  # honest agents differ too
    chance = 1 / (1 + np.exp(-(columns @ np.array([0.8, -0.5]) - 1.9 + skill)))
    accepted = rng.random(len(names)) < chance
    accepted[names == LIAR] = ~accepted[names == LIAR] if flips else True
    shown, answered, known = (np.full(len(names), DECIDED + hours * HOUR, np.int64) for hours in (1, 2, 3))
    decided = np.full(len(names), DECIDED, np.int64)
    return Crowd(
        columns, Feedback(names.astype(np.str_), accepted, decided, shown, answered, known, np.zeros(len(names), np.int64))
    )


def harm(made: Crowd, weights: FloatArray) -> Harm:
    """Return what the liar does to a model that learns with these weights."""
    aside = crowd(FEWER, lies=0, seed=99)
    without = _chances(made, weights * made.honest, aside)
    with_liar = _chances(made, weights, aside)
    truth = aside.feedback.accepted
    gained = roc_auc_score(truth, with_liar) - roc_auc_score(truth, without)
    return Harm(float(gained), float(with_liar.mean() / without.mean()))


def _chances(made: Crowd, weights: FloatArray, aside: Crowd) -> FloatArray:
    learned = weights > 0
    model = LogisticRegression().fit(made.columns[learned], made.feedback.accepted[learned], sample_weight=weights[learned])
    return np.asarray(model.predict_proba(aside.columns)[:, 1])


def share_of_liar(made: Crowd, found: Learnable) -> float:
    """Return the liar's share of all weight."""
    return float(found.weights[~made.honest].sum() / found.weights.sum())


def accepts_of_one(share: float) -> Iterator[Result]:
    """One agent sends 10,000 accepts, among few sources and among many."""
    lies = round(10_000 * share)
    for sources, goal in ((FEWER, "held: 0 rows learned"), (MANY, "at most 5 % of training rows")):
        made = crowd(sources, lies=lies, rows=round(ROWS_EACH * share))
        found = learnable(made.feedback, until=UNTIL)
        weighs, done = share_of_liar(made, found), harm(made, found.weights)
        holds = weighs == 0 if sources == FEWER else weighs <= MOST_SHARE + 1e-9
        figure = f"{weighs:.2%} of weight; AUC {done.auc:+.4f}, level x{done.level:.3f}"
        yield Result("R9", f"{lies:,} accepts by one of {sources + 1} sources", figure, goal, holds, _DATA)


def flips_of_one(share: float) -> Iterator[Result]:
    """One source flips every label it gives; its rows are 1, 5 and 10 % of all."""
    for sources in (FEWER, MANY):
        for flipped in FLIPPED:
            rows = round(ROWS_EACH * share)
            made = crowd(sources, lies=round(flipped / (1 - flipped) * sources * rows), rows=rows, flips=True)
            found = learnable(made.feedback, until=UNTIL)
            weighs, done = share_of_liar(made, found), harm(made, found.weights)
            most = MOST_SHARE if sources == MANY else 3 / (sources + 1)
            figure = f"{weighs:.2%} of weight; AUC {done.auc:+.4f}, level x{done.level:.3f}"
            name = f"{flipped:.0%} of labels flipped by one of {sources + 1} sources"
            yield Result("R9", name, figure, f"at most {most:.3g} of weight", weighs <= most + 1e-9, _DATA)


def untrue_rows(share: float) -> Result:
    """Answers to what was never presented, and outcomes from the future: none is learned, all are counted."""
    made = crowd(FEWER, lies=0, rows=max(round(ROWS_EACH * share), 10))
    rng = np.random.default_rng(1)
    kinds = rng.integers(0, 4, len(made.feedback))
    shown = np.where(kinds == 1, NEVER, made.feedback.shown_at)
    answered = np.where(
        kinds == 2, made.feedback.known_at + rng.integers(61_000_000, 30 * DAY, len(kinds)), made.feedback.answered_at
    )
    late_shown = np.where(kinds == 3, made.feedback.known_at + 30 * DAY, shown)
    found = learnable(replace(made.feedback, shown_at=late_shown, answered_at=answered), until=UNTIL)
    learned = int((found.weights[kinds > 0] > 0).sum())
    lost = int((found.weights[kinds == 0] == 0).sum())
    counted = found.never_presented == int((kinds == 1).sum()) and found.from_the_future == int((kinds > 1).sum())
    figure = f"{learned} of {int((kinds > 0).sum()):,} learned, {lost} true rows lost, {'all' if counted else 'not all'} counted"
    return Result("R9", "never presented, or from the future", figure, "0 learned", learned == lost == 0 and counted, _DATA)


def honest_crowds(share: float) -> Result:
    """Honest sources of any loudness: how many crowds lose one to a false alarm."""
    crowds = max(round(400 * share), 20)
    held = 0
    for seed in range(crowds):
        made = crowd(FEWER, lies=0, rows=ROWS_EACH // 5, seed=seed)
        loud = np.where(np.arange(len(made.feedback)) < len(made.feedback) // 4, "agent:0", made.feedback.sources)
        held += bool(learnable(replace(made.feedback, sources=loud), until=UNTIL).held)
    figure = f"{held} of {crowds} crowds"
    return Result("R9", "an honest loud source held", figure, "at most 2 %", held <= 0.02 * crowds, "one source a quarter of all")


def results(share: float) -> list[Result]:
    """Return every line of the campaign."""
    return [*accepts_of_one(share), *flips_of_one(share), untrue_rows(share), honest_crowds(share)]


if __name__ == "__main__":
    asked = arguments(__doc__ or "").parse_args()
    report(results(asked.share), asked.json)
