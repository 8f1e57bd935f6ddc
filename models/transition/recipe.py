"""How is a transition model made: its members and their weights, and the recipes it is graded against."""

from __future__ import annotations

from dataclasses import dataclass, field

from features.errors import InvalidInput, Refused
from models.learners.blend import check_weights
from models.learners.boosting import BoostingPreset

BASELINES = ("markov", "persistence", "multinomial")
"""Who stands in a stage goes on as such customers did; stays, as far as customers stay; a regression on all features."""

MEMBERS = ("boosting", "corrected", *BASELINES)

GROWN = BoostingPreset(learning_rate=0.09, rounds=45, bag=1)
"""A round grows a tree a stage, so that with five stages it costs five rounds of churn: few rounds, and no bag."""

LOOSENESS = 0.03
"""Of the regression: on the real purchases of docs/results.md 1.0 costs three times as much and is clearly worse."""


class RecipeInvalid(InvalidInput):
    """A recipe names a member that does not exist, or horizons or stages that are none."""


class OneStageOnly(Refused):
    """Everybody ends in one stage: there is nothing to tell apart."""


@dataclass(frozen=True)
class TransitionRecipe:
    """The same recipe is graded by walk-forward and then fitted on all mature rows.

    `members`: names out of `MEMBERS` with weights that add up to 1; their log-chances are averaged. `stages`: those of the set,
    in the order in which their rules are asked, which is the order of the codes.
    """

    name: str
    members: tuple[tuple[str, float], ...]
    stage_set: str
    stages: tuple[str, ...]
    horizons_days: tuple[int, ...]
    preset: BoostingPreset = field(default=GROWN)

    def __post_init__(self) -> None:
        check_weights(self.members)
        if unknown := [name for name, _ in self.members if name not in MEMBERS]:
            raise RecipeInvalid(f"needed members {', '.join(MEMBERS)}; found members {unknown}")
        if len(self.stages) < 2:
            raise RecipeInvalid(f"needed two stages or more, found {self.stages}")
        if not self.horizons_days or list(self.horizons_days) != sorted(set(self.horizons_days)) or self.horizons_days[0] <= 0:
            raise RecipeInvalid(f"needed horizons in whole days, rising, such as 30, 60, 90; found {self.horizons_days}")
