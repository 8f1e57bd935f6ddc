"""Offers: how likely a customer takes each offer on each channel, seen before or new, and what that estimate rests on."""

from models.offer.columns import ANSWER_NAMES, OfferColumns
from models.offer.contact_times import ContactTimes
from models.offer.knowledge import CONTACT_TIMES, EVIDENCE, OfferKnowledge, evidence_in
from models.offer.levels import MATURE_POSITIVES
from models.offer.model import OfferModel
from models.offer.terms import Catalogue, Terms, terms_of

__all__ = [
    "ANSWER_NAMES",
    "CONTACT_TIMES",
    "EVIDENCE",
    "MATURE_POSITIVES",
    "Catalogue",
    "ContactTimes",
    "OfferColumns",
    "OfferKnowledge",
    "OfferModel",
    "Terms",
    "evidence_in",
    "terms_of",
]
