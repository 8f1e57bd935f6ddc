"""Churn: the chance that a customer leaves within each horizon; the model that answers, its recipes, and its fitting."""

from models.churn.fit import fit_churn
from models.churn.model import ChurnModel
from models.churn.recipe import (
    BASELINES,
    MEMBERS,
    ChurnRecipe,
    OneSided,
    RecipeInvalid,
    baseline_recipes,
    default_recipe,
)

__all__ = [
    "BASELINES",
    "MEMBERS",
    "ChurnModel",
    "ChurnRecipe",
    "OneSided",
    "RecipeInvalid",
    "baseline_recipes",
    "default_recipe",
    "fit_churn",
]
