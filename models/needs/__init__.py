"""Needs: from which categories a customer will buy next, and where that cannot be told better than by popularity."""

from models.needs.category_days import COLUMNS, CategoryDays, categories_of, visible_purchases
from models.needs.fit import NeedsExamples, TooFewNeeds, fit_needs
from models.needs.habits import Habits
from models.needs.market import Market
from models.needs.model import NEEDS_FEATURES, NeedsModel, NextCategories, candidates, likeliest, pair_rows

__all__ = [
    "COLUMNS",
    "NEEDS_FEATURES",
    "CategoryDays",
    "Habits",
    "Market",
    "NeedsExamples",
    "NeedsModel",
    "NextCategories",
    "TooFewNeeds",
    "candidates",
    "categories_of",
    "fit_needs",
    "likeliest",
    "pair_rows",
    "visible_purchases",
]
