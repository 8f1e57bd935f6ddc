"""How is a churn model made: the recipe, and the recipes it is graded against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from features.errors import InvalidInput, Refused
from models.learners.blend import check_weights
from models.learners.boosting import BoostingPreset

Definition = Literal["contract", "activity"]
MEMBERS = ("boosting", "logistic", "mbg_nbd", "rfm_logistic", "prior")


class RecipeInvalid(InvalidInput):
    """A recipe names a member that does not exist, or one that does not fit what churn means here."""


class LabelsInvalid(InvalidInput):
    """A label that says neither that the customer left nor that the customer stayed."""


class OneSided(Refused):
    """Every customer of the examples left, or none did: there is nothing to tell apart."""


@dataclass(frozen=True)
class ChurnRecipe:
    """How a churn model is made: the same recipe is graded by walk-forward and then fitted on all mature rows.

    `members`: names out of `MEMBERS` with weights that add up to 1.
    """

    name: str
    members: tuple[tuple[str, float], ...]
    definition: Definition
    horizons_days: tuple[int, ...]
    preset: BoostingPreset = field(default=BoostingPreset())

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
    """Return the recipe to start from: boosted trees with the purchase rhythm (`activity`) or with a logistic (`contract`)."""
    second = "mbg_nbd" if definition == "activity" else "logistic"
    return ChurnRecipe(f"boosting_{second}", (("boosting", 0.7), (second, 0.3)), definition, tuple(horizons_days))


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
