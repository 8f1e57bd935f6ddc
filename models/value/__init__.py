"""Value: the margin a customer brings less the cost of serving, within each horizon; the model, its recipes, what follows."""

from models.value.fit import NoRhythm, fit_value, grow_value, member_gains
from models.value.intervals import ValueIntervals, fit_intervals
from models.value.model import ValueModel, blended_gain, level_of
from models.value.recipe import MEMBERS, RecipeInvalid, TooFewBuyers, ValueRecipe

__all__ = [
    "MEMBERS",
    "NoRhythm",
    "RecipeInvalid",
    "TooFewBuyers",
    "ValueIntervals",
    "ValueModel",
    "ValueRecipe",
    "blended_gain",
    "fit_intervals",
    "fit_value",
    "grow_value",
    "level_of",
    "member_gains",
]
