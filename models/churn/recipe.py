"""From what, and how, is a churn model made: the rows to learn from, the recipe, and the recipes it is graded against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from features.errors import InvalidInput, Refused
from models.learners.blend import check_weights
from models.learners.boosting import BoostingPreset
from models.rows import FloatArray, Rows, WrongShape, check_columns

Definition = Literal["contract", "activity"]
MEMBERS = ("boosting", "logistic", "mbg_nbd", "rfm_logistic", "prior")


class RecipeInvalid(InvalidInput):
    """A recipe names a member that does not exist, or one that does not fit what churn means here."""


class LabelsInvalid(InvalidInput):
    """A label that says neither that the customer left nor that the customer stayed."""


class OneSided(Refused):
    """Every customer of the examples left, or none did: there is nothing to tell apart."""


@dataclass(frozen=True)
class ChurnExamples:
    """What a churn model learns from: one row per customer and monthly snapshot at which the customer was at risk.

    `labels`: one column a horizon, 1.0 left, 0.0 stayed; every row is mature for every horizon. `customers`: a code per
    customer, so that rows of one customer are known as such. `as_ofs`: the moment of each row. `signature`: of the feature
    catalogue.

    `everyone`: the rows of *all* customers, at risk or not, at the newest moment learned from. The purchase rhythm is fitted on
    them: fitted on those at risk only it never sees anybody leave. Without it, the newest snapshot among `rows` has to do.
    """

    rows: Rows
    names: tuple[str, ...]
    labels: FloatArray
    customers: npt.NDArray[np.int32]
    as_ofs: npt.NDArray[np.int64]
    signature: str
    everyone: Rows | None = None

    def __post_init__(self) -> None:
        check_columns(self.rows, self.names, self.names)
        lengths = {len(self.rows), len(self.labels), len(self.customers), len(self.as_ofs)}
        if len(lengths) != 1 or self.labels.ndim != 2:
            raise WrongShape(
                f"needed rows, labels (a column a horizon), customers and as_ofs of one length, found {sorted(lengths)}"
            )
        if not np.isin(self.labels, (0.0, 1.0)).all():
            raise LabelsInvalid("needed labels that are 0 or 1, found others; leave out rows whose label is not mature yet")

    def population(self) -> Rows:
        """Return the rows to learn the rhythm of purchases from."""
        return self.rows[self.as_ofs == self.as_ofs.max()] if self.everyone is None else self.everyone


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
