"""How well is acceptance foretold, round by round: each learned from rounds that had closed before it began, none left out.

For campaigns, where everybody is asked at once: `benchmarks.quality.coupons` grades the acceptance model so. Offers that are
decided one by one, which `lifecycle train offer` learns from, have a question of their own (`training.questions.offer`). Every
round with enough closed before it is asked about, in the order of time, and the recipe is fixed beforehand: nothing is chosen on
the rounds it is graded by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from models.acceptance import AcceptanceRecipe, fit_acceptance
from models.examples import Examples
from models.rows import FloatArray, Rows
from training.contest import Answered
from training.exposure_rows import RoundExamples
from training.folds import Fold, HistoryTooShort
from training.records.report import CHOSEN
from training.walk_forward import Answer

LEAST_EXPOSURES = 1_000
"""A round is asked about if so many exposures of rounds closed by its start can be learned from, some of them accepted."""


@dataclass(frozen=True)
class RoundFold:
    """One round asked about: its name, the type of its offer, what could be learned from, and what is asked."""

    name: str
    type: str
    fold: Fold


def round_folds(stacked: RoundExamples, *, least: int = LEAST_EXPOSURES) -> tuple[RoundFold, ...]:
    """Return the rounds to ask about, the oldest first; the labels learned from had closed, and were known, when the round began.

    Raises
    ------
    HistoryTooShort
        If no round has enough before it.
    """
    folds = []
    for place in np.argsort([each.starts for each in stacked.rounds], kind="stable"):
        asked = stacked.rounds[place]
        told = stacked.told_by(asked.starts)
        closed = np.flatnonzero(~np.isnan(told))
        if len(closed) >= least and 0 < told[closed].sum() < len(closed):
            fold = Fold(asked.starts, closed, np.flatnonzero(stacked.of_round == place))
            folds.append(RoundFold(asked.name, asked.offer.type, fold))
    if not folds:
        raise HistoryTooShort(
            f"needed a round with {least} exposures of rounds that closed before it, some accepted and some not, found none of "
            f"{len(stacked.rounds)}; import more history"
        )
    return tuple(folds)


def recipe_answers(recipe: AcceptanceRecipe, *, seed: int) -> Answer:
    """Return what fits the recipe and says its chances under `CHOSEN`, and those of each member under its name."""

    def answer(learning: Examples, asked: Rows) -> Mapping[str, FloatArray]:
        model = fit_acceptance(learning, recipe=recipe, valid_days=1, seed=seed)
        members = {name: np.asarray(expit(member.log_odds(asked))) for name, _, member in model.blend.members}
        return {CHOSEN: model.predict(asked, names=learning.names)[:, 0], **members}

    return answer


def walk_rounds(stacked: RoundExamples, answer: Answer, *, least: int = LEAST_EXPOSURES) -> tuple[Answered, ...]:
    """Let what `answer` fits say its chances of every round asked about."""
    examples = stacked.examples
    answered = []
    for each in round_folds(stacked, least=least):
        fold = each.fold
        chances = answer(stacked.part(fold.train, known_at=fold.origin), examples.rows[fold.test])
        truth, customers = examples.labels[fold.test, 0], examples.customers[fold.test]
        answered.append(Answered(fold.origin, len(fold.train), chances, truth, customers))
    return tuple(answered)
