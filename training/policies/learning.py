"""What could an offer model have learned by a moment: fitted on what had been answered by then, and on nothing later."""

from __future__ import annotations

from features.company import Company
from features.home import Home
from features.times import Timestamp
from models.offer import OfferModel
from models.offer.fit import OfferRecipe, fit_offers, offer_model
from training.folds import HistoryTooShort
from training.labels.labels import ImmatureLabels
from training.questions.offer.effects import effects_of
from training.questions.offer.stack import TooFewShown, columns_of, stack_exposures

_SEED = 0


def offer_model_before(home: Home, company: Company, moment: Timestamp) -> OfferModel | None:
    """Return the offer model as it would have been fitted at a moment; None where too little had been answered by then."""
    try:
        stacked = stack_exposures(home, company, as_of=moment)
    except (TooFewShown, HistoryTooShort, ImmatureLabels):
        return None
    fitted = fit_offers(stacked.shown, recipe=OfferRecipe(), seed=_SEED)
    effects = effects_of(stacked, company, seed=_SEED)
    return offer_model(fitted, stacked.shown, columns=columns_of(company), effects=effects)
