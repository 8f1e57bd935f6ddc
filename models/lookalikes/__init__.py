"""Look-alikes: which new customers resemble those who became high performers, and what they share."""

from models.lookalikes.cohort import NEW_DAYS, NewCustomers, equals, high_performers, is_new
from models.lookalikes.likeness import Likeness, TooFewNewCustomers, fit_likeness
from models.lookalikes.traits import Trait, traits_of

__all__ = [
    "NEW_DAYS",
    "Likeness",
    "NewCustomers",
    "TooFewNewCustomers",
    "Trait",
    "equals",
    "fit_likeness",
    "high_performers",
    "is_new",
    "traits_of",
]
