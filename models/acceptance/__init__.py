"""Acceptance: the chance that a customer who is shown an offer takes it; never what the offer changes, which is uplift."""

from models.acceptance.answers import ANSWER_NAMES, PastAnswers, answer_columns
from models.acceptance.fit import AcceptanceRecipe, fit_acceptance
from models.acceptance.match import MATCH_NAMES, PastPurchases, match_columns
from models.acceptance.model import AcceptanceModel
from models.acceptance.offers import OfferFacts, offer_columns, offer_names

__all__ = [
    "ANSWER_NAMES",
    "MATCH_NAMES",
    "AcceptanceModel",
    "AcceptanceRecipe",
    "OfferFacts",
    "PastAnswers",
    "PastPurchases",
    "answer_columns",
    "fit_acceptance",
    "match_columns",
    "offer_columns",
    "offer_names",
]
