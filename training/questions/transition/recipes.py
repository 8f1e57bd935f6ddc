"""Which ways to make a transition model compete, and which wins: the lowest log-loss at past moments, at the main horizon.

The blends were fixed before any of them was graded on the folds. There is no calibration: the members' log-chances are averaged,
and a stage that cannot follow has the chance 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from models.examples import Examples
from models.learners.boosting import BoostingPreset
from models.rows import FloatArray, Rows
from models.transition import BASELINES, OneStageOnly, TransitionModel, TransitionRecipe, fit_transition
from models.transition.model import pooled
from models.transition.recipe import MEMBERS

Weights = tuple[tuple[str, float], ...]

BLENDS: Mapping[str, Weights] = {
    "trees": (("boosting", 0.5), ("corrected", 0.5)),
    "trees_multinomial": (("boosting", 0.4), ("corrected", 0.4), ("multinomial", 0.2)),
    "thirds": (("boosting", 1 / 3), ("corrected", 1 / 3), ("multinomial", 1 / 3)),
    "boosting_multinomial": (("boosting", 0.5), ("multinomial", 0.5)),
}

_POSSIBLE = "possible"


@dataclass(frozen=True)
class Members:
    """How every member is fitted once and asked: for the stages of one set, at some horizons."""

    stage_set: str
    stages: tuple[str, ...]
    horizons_days: tuple[int, ...]
    preset: BoostingPreset

    def recipe(self, name: str, weights: Weights) -> TransitionRecipe:
        """Return a blend as the recipe that is fitted."""
        return TransitionRecipe(name, weights, self.stage_set, self.stages, self.horizons_days, self.preset)

    def answer(self, seed: int) -> Callable[[Examples, Rows], Mapping[str, FloatArray]]:
        """Return what fits all members and tells their log-chances, (rows, horizons, stages), and which stages are possible.

        Nothing is told where all learned from came to one stage: at that moment no model could have been.
        """
        everyone = self.recipe("members", tuple((name, 1 / len(MEMBERS)) for name in MEMBERS))

        def answers(learning: Examples, tested: Rows) -> Mapping[str, FloatArray]:
            with suppress(OneStageOnly):
                return _asked(fit_transition(learning, recipe=everyone, seed=seed), tested)
            return {}

        return answers


def blended(answers: Mapping[str, FloatArray], weights: Weights) -> FloatArray:
    """Return the chances a blend gives, (rows, horizons, stages), from what `Members.answer` told."""
    places = range(answers[_POSSIBLE].shape[1])
    parts = [
        pooled({name: answers[name][:, place] for name, _ in weights}, weights, possible=answers[_POSSIBLE][:, place] > 0)
        for place in places
    ]
    return np.stack(parts, axis=1)


def baselines(answers: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Return the chances each named baseline gives."""
    return {name: blended(answers, ((name, 1.0),)) for name in BASELINES}


def _asked(model: TransitionModel, rows: Rows) -> Mapping[str, FloatArray]:
    members = [{name: member for name, _, member in horizon.members} for horizon in model.horizons]
    stood = model.stood(rows)
    possible = np.stack([np.asarray(horizon.possible)[stood] for horizon in model.horizons], axis=1)
    told = {name: np.stack([each[name].log_chances(rows) for each in members], axis=1) for name in MEMBERS}
    return {**told, _POSSIBLE: possible.astype(np.float64)}
