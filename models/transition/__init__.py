"""Transition: the chance of each stage at the end of each horizon; the model that answers, its recipes, and its fitting."""

from models.transition.columns import DAYS_IN_STAGE, stage_column, stage_columns
from models.transition.fit import fit_transition, grow_transition
from models.transition.model import TransitionModel
from models.transition.recipe import BASELINES, OneStageOnly, RecipeInvalid, TransitionRecipe

__all__ = [
    "BASELINES",
    "DAYS_IN_STAGE",
    "OneStageOnly",
    "RecipeInvalid",
    "TransitionModel",
    "TransitionRecipe",
    "fit_transition",
    "grow_transition",
    "stage_column",
    "stage_columns",
]
