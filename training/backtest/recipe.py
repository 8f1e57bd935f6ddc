"""Which recipe is back-tested: that of the live model, else of the newest candidate, else the one a contest chooses now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from features.home import Home
from features.reports.backtest import RecipeTried
from models.bundle import model_manifest
from models.churn.recipe import Definition
from models.learners.boosting import PRESETS
from training.examples import Say, StackedExamples
from training.folds import Origins
from training.publishing.pointer import live_models
from training.questions.churn.champion import ChampionAsked
from training.questions.churn.question import ChurnQuestion
from training.questions.churn.recipes import members_to_fit
from training.records.candidates import stored_candidates

_MONTH_DAYS = 28
_ONLY_SHARED = "logistic"  # no baseline


@dataclass(frozen=True)
class Recipe:
    """The recipe to try: how it is asked at past months, and how the report tells of it."""

    asked: ChampionAsked
    told: RecipeTried

    @classmethod
    def stored(cls, home: Home, sha: str, *, source: str) -> Recipe:
        """Return the recipe by which a stored model was made."""
        return cls.of(model_manifest(home, sha)["provenance"]["recipe"], source=source, sha=sha)

    @classmethod
    def of(cls, recipe: Mapping[str, Any], *, source: str, sha: str = "") -> Recipe:
        """Return a recipe from what training writes down of it; trees grown in no way that has a name now keep their own."""
        asked = ChampionAsked.of(recipe)
        named = asked.trees is None or PRESETS.get(asked.trees) == asked.preset
        told = RecipeTried(source, sha, recipe["blend"], dict(recipe["members"]), recipe["calibration"])
        return cls(asked if named else asked.with_own_trees(), told)

    def members(self, definition: Definition) -> tuple[str, ...]:
        """Return all that must be fitted: its members, those a learned blend may share its weight among, and the baselines."""
        beside = {*members_to_fit(definition, trees=())}
        among = beside if self.asked.is_learned else beside - {_ONLY_SHARED}
        return tuple(sorted({*self.asked.shipped, *among}))

    def origins(self, months: int, *, gap_days: int) -> Origins:
        """Return the months to ask at: what learns from its own earlier answers answers some months earlier too."""
        learns = self.asked.is_learned or self.asked.contender.calibration != "none"
        return Origins.every(months + (gap_days // _MONTH_DAYS + 1 if learns else 0))


def recipe_to_try(question: ChurnQuestion, stacked: StackedExamples, *, seed: int, say: Say | None = None) -> Recipe:
    """Return the recipe of the live model, else of the newest candidate for the same question, else what a contest chooses."""
    home = stacked.log.home
    live = live_models(home).get(question.name)
    if live is not None:
        return Recipe.stored(home, live, source="live")
    made = [each.report for each in stored_candidates(home, question.name) if each.report.definition == question.definition]
    if made:
        return Recipe.stored(home, made[0].model_sha, source="candidate")
    return Recipe.of(question.recipe_of(question.walked(stacked, seed=seed, say=say)), source="contest")
