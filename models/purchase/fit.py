"""From what is the rhythm of purchases read that shapes the time until the next one."""

from __future__ import annotations

from models.churn.members import RHYTHM_FEATURES, purchase_histories
from models.examples import Examples
from models.learners.btyd import Btyd, RhythmNotFound, TooFewPurchases, fit_btyd


def fit_rhythm(examples: Examples) -> Btyd | None:
    """Return the rhythm of all customers at the newest moment learned from; None where hardly anybody bought twice.

    Without it a purchase is taken to be as likely on each day between two horizons.
    """
    columns = tuple(examples.names.index(name) for name in RHYTHM_FEATURES if name in examples.names)
    if len(columns) < len(RHYTHM_FEATURES):
        return None
    try:
        return fit_btyd(purchase_histories(examples.population(), columns))
    except (TooFewPurchases, RhythmNotFound):
        return None
