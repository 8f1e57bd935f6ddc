"""Who is the customer: how long known, how long a customer, what it cost to win them."""

from __future__ import annotations

from features.language.feature import Feature, Reading
from features.language.formulas import Rows

customers = Rows("customers")

FEATURES: tuple[Feature, ...] = (
    Feature(
        "tenure_days",
        customers.days_since_last(customers["joined_at"]),
        "Days since the customer joined.",
        Reading("days", missing="a prospect: has not joined yet"),
    ),
    Feature(
        "days_since_first_seen",
        customers.days_since_last(),
        "Days since the first contact of any kind.",
        Reading("days", missing="nobody we know yet"),
    ),
    Feature(
        "acquisition_cost",
        customers.last(customers["acquisition_cost"]),
        "What winning this customer cost.",
        Reading("company currency", missing="cost not recorded"),
    ),
)
