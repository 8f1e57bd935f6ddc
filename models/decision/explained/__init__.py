"""Why this offer and why not the others: reasons in three languages, and the gate and rule of everything withheld."""

from models.decision.explained.reasons import AcceptanceInterval, Made, OfferReason, reasons_for
from models.decision.explained.withheld import MOST_OFFERS, Withheld, offered, withheld

__all__ = [
    "MOST_OFFERS",
    "AcceptanceInterval",
    "Made",
    "OfferReason",
    "Withheld",
    "offered",
    "reasons_for",
    "withheld",
]
