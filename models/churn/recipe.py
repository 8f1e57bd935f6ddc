"""How is a churn model made: the recipe, and the recipes it is graded against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from features.errors import InvalidInput, Refused
from models.learners.blend import check_weights
from models.learners.boosting import PRESETS, BoostingPreset

Definition = Literal["contract", "activity"]
BOOSTED = ("boosting", *PRESETS)
"""Members that are boosted trees: `boosting` by the recipe's own preset, the others by the preset of their name."""

MEMBERS = (*BOOSTED, "logistic", "mbg_nbd", "rfm_logistic", "prior")


class RecipeInvalid(InvalidInput):
    """A recipe names a member that does not exist, or one that does not fit what churn means here."""


class LabelsInvalid(InvalidInput):
    """A label that says neither that the customer left nor that the customer stayed."""


class OneSided(Refused):
    """Every customer of the examples left, or none did: there is nothing to tell apart."""


@dataclass(frozen=True)
class ChurnRecipe:
    """How a churn model is made: the same recipe is graded by walk-forward and then fitted on all mature rows.

    `members`: names out of `MEMBERS` with weights that add up to 1. `preset`: how `boosting` is grown. `bag`: how many forests
    each bag holds, if not as many as its preset says; grading can do with one.
    """

    name: str
    members: tuple[tuple[str, float], ...]
    definition: Definition
    horizons_days: tuple[int, ...]
    preset: BoostingPreset = field(default=BoostingPreset())
    bag: int | None = None

    def grown(self, member: str) -> BoostingPreset:
        """Return how the trees of a member are grown."""
        preset = PRESETS.get(member, self.preset)
        return preset if self.bag is None else replace(preset, bag=self.bag)

    def __post_init__(self) -> None:
        check_weights(self.members)
        unknown = [name for name, _ in self.members if name not in MEMBERS]
        if unknown:
            known = f"members {', '.join(MEMBERS)}"
            raise RecipeInvalid(f"needed {known}; found members {unknown}")
        if self.definition == "contract" and "mbg_nbd" in dict(self.members):
            raise RecipeInvalid(
                "mbg_nbd answers how likely silence is, which is not the end of a contract; leave it out or use `activity`"
            )
        if not self.horizons_days or list(self.horizons_days) != sorted(set(self.horizons_days)) or self.horizons_days[0] <= 0:
            raise RecipeInvalid(f"needed horizons in whole days, rising, such as 30, 60, 90; found {self.horizons_days}")


def default_recipe(definition: Definition, horizons_days: Sequence[int]) -> ChurnRecipe:
    """Return the recipe where no past moment can tell which is better: trees and a model of few parameters weigh the same.

    With a month or two to learn from trees know one season's level only; the rhythm of purchases is fitted on everybody's whole
    history.

    >>> dict(default_recipe("contract", (90,)).members)
    {'shallow': 0.5, 'rfm_logistic': 0.5}
    """
    second = "mbg_nbd" if definition == "activity" else "rfm_logistic"
    return ChurnRecipe(f"shallow_{second}", (("shallow", 0.5), (second, 0.5)), definition, tuple(horizons_days))


BASELINES: dict[str, tuple[Definition, ...]] = {
    "prior": ("contract", "activity"),
    "rfm_logistic": ("contract", "activity"),
    "mbg_nbd": ("activity",),
}
"""The named baselines, each a recipe of one member, and the definitions of churn each of them can answer for."""


def baseline_recipes(definition: Definition, horizons_days: Sequence[int]) -> tuple[ChurnRecipe, ...]:
    """Return every named baseline that applies, as recipes with the interface of any other.

    >>> [recipe.name for recipe in baseline_recipes("contract", (90,))]
    ['prior', 'rfm_logistic']
    """
    names = [name for name, definitions in BASELINES.items() if definition in definitions]
    return tuple(ChurnRecipe(name, ((name, 1.0),), definition, tuple(horizons_days)) for name in names)
