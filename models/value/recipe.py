"""How is a value model made: which members with which weights, for which horizons, and what money due later is worth today."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from features.errors import InvalidInput, Refused
from models.learners.blend import check_weights
from models.learners.boosting import SHALLOW, BoostingPreset

MEMBERS = ("two_part", "tweedie", "rhythm", "recent")
VALUE_PRESET = replace(SHALLOW, rounds=100, bag=2)
"""Trees that only correct what the rhythm foresees need half the rounds, and two seeds each for three kinds of trees."""

_YEAR_DAYS = 365.0


class RecipeInvalid(InvalidInput):
    """A recipe names a member that does not exist, or horizons that are none."""


class TooFewBuyers(Refused):
    """Hardly anybody brought anything within a horizon, so nothing tells who will."""


@dataclass(frozen=True)
class ValueRecipe:
    """How a value model is made: the same recipe is graded by walk-forward and then fitted on all mature rows.

    `members`: names out of `MEMBERS` with weights that add up to 1. `horizons_days` are those trained, rising; `beyond_days` are
    answered by extrapolation. `horizon_days`: the main one, out of either. `anchored`: the blend says who brings more than whom,
    and the rhythm how much all bring together.
    """

    members: tuple[tuple[str, float], ...]
    horizons_days: tuple[int, ...]
    horizon_days: int
    beyond_days: tuple[int, ...] = ()
    discount_rate: float = 0.0
    preset: BoostingPreset = field(default=VALUE_PRESET)
    anchored: bool = False

    def __post_init__(self) -> None:
        check_weights(self.members)
        unknown = [name for name, _ in self.members if name not in MEMBERS]
        if unknown:
            raise RecipeInvalid(f"needed members out of {', '.join(MEMBERS)}; found {', '.join(unknown)}")
        days = (*self.horizons_days, *self.beyond_days)
        if not self.horizons_days or list(days) != sorted(set(days)) or days[0] <= 0 or self.horizon_days not in days:
            raise RecipeInvalid(f"needed rising horizons in days, the main one among them; found {days} and {self.horizon_days}")

    @property
    def name(self) -> str:
        """Return the members' names as one, and whether they are anchored.

        >>> ValueRecipe((("two_part", 0.5), ("rhythm", 0.5)), (30, 90), 90, anchored=True).name
        'two_part_rhythm_anchored'
        """
        return "_".join([*dict(self.members), *(["anchored"] if self.anchored else [])])

    @property
    def needs_rhythm(self) -> bool:
        """Return whether nothing can be said without a rhythm of purchases."""
        return self.anchored or not {"rhythm", "recent"}.isdisjoint(dict(self.members))

    def discount(self, days: int) -> float:
        """Return what money that comes in the middle of the horizon is worth today."""
        return float((1.0 + self.discount_rate) ** (-days / 2.0 / _YEAR_DAYS))
