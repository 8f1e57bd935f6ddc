"""What would every member have said at one past moment: each fitted once on what had closed by then, and asked about that day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from features.company.schema import Company
from models.churn import ChurnRecipe, fit_churn
from models.churn.recipe import Definition
from models.examples import Examples
from models.learners.boosting import BoostingPreset
from models.learners.btyd import RhythmNotFound, TooFewPurchases
from models.rows import FloatArray, Rows
from training.questions.churn.rules import rule_answers

RULES = ("health", "rfmt")
"""Baselines that are rules of the company file, not learners."""

_RHYTHM = "mbg_nbd"
_BAG = 1  # the spread between seeds is far below that between months; what ships is bagged


@dataclass(frozen=True)
class Members:
    """Some members at some of the horizons (`places` among `horizons_days`); the company file's rules answer if named."""

    company: Company
    definition: Definition
    names: tuple[str, ...]
    places: tuple[int, ...]
    seed: int
    preset: BoostingPreset | None = None

    def answers(self, learning: Examples, tested: Rows) -> Mapping[str, FloatArray]:
        """Return what each member says of the rows tested: log-odds, a column a horizon.

        The rhythm of purchases is left out where hardly anybody bought twice.
        """
        examples = replace(learning, labels=learning.labels[:, list(self.places)])
        rules = rule_answers(self.company, examples, tested) if set(RULES) & set(self.names) else {}
        fitted = [name for name in self.names if name not in RULES]
        answers = rules | self._fitted([name for name in fitted if name != _RHYTHM], examples, tested=tested)
        with suppress(TooFewPurchases, RhythmNotFound):  # the learner is left out, and the report says so
            answers |= self._fitted([name for name in fitted if name == _RHYTHM], examples, tested=tested)
        return answers

    def _fitted(self, names: Sequence[str], examples: Examples, *, tested: Rows) -> dict[str, FloatArray]:
        """Fit members side by side and return what each says, not what their blend says."""
        if not names:
            return {}
        weights = tuple((name, 1 / len(names)) for name in names)
        days = tuple(self.company.horizons_days[place] for place in self.places)
        recipe = ChurnRecipe("members", weights, self.definition, days, self.preset or BoostingPreset(), _BAG)
        horizons = [
            {name: member for name, _, member in each.members}
            for each in fit_churn(examples, recipe=recipe, seed=self.seed).horizons
        ]
        return {name: np.stack([each[name].log_odds(tested) for each in horizons], axis=1) for name in names}
