"""Who is the customer: how long known, how long a customer, how won and at what cost, of which kind, and whom we may contact.

Segment, country, language and consent are what was known of them at the moment: an import of history knows today's only.
"""

from __future__ import annotations

from features.language.feature import Feature, Reading, code_of
from features.language.formulas import Rows
from features.language.profile import Contains, Size

customers = Rows("customers")

_consent = customers["consent"]
_since_first_seen = customers.days_since_last()
_tenure = customers.days_since_last(customers["joined_at"])
_NO_CONSENT_KNOWN = "consent not recorded, or not known then"

FEATURES: tuple[Feature, ...] = (
    Feature(
        "tenure_days",
        _tenure,
        "Days since the customer joined.",
        Reading("days", missing="a prospect: has not joined yet"),
    ),
    Feature(
        "days_since_first_seen",
        _since_first_seen,
        "Days since the first contact of any kind.",
        Reading("days", missing="nobody we know yet"),
    ),
    Feature(
        "days_to_join",
        _since_first_seen - _tenure,
        "Days from the first contact until the customer joined; below 0 the first contact was recorded after joining.",
        Reading("days", low=None, missing="a prospect: has not joined yet"),
    ),
    Feature(
        "acquisition_cost",
        customers.last(customers["acquisition_cost"]),
        "What winning this customer cost.",
        Reading("company currency", missing="cost not recorded", origin="customer acquisition cost"),
    ),
    code_of("acquisition_channel", customers.last_code(customers["channel"]), "Channel by which the customer came."),
    code_of("segment", customers.last_code(customers["segment"]), "The company's own segment of the customer."),
    code_of("country", customers.last_code(customers["country"]), "Country of the customer."),
    code_of("language", customers.last_code(customers["language"]), "Language the customer is spoken to in."),
    Feature(
        "consent_channels",
        customers.last(Size(_consent)),
        "On how many channels the customer may be contacted.",
        Reading("channels", missing=_NO_CONSENT_KNOWN),
    ),
)


def features_of_consent(channels: tuple[str, ...]) -> tuple[Feature, ...]:
    """Return whether the customer may be contacted, one flag for each of these channels."""
    return tuple(
        Feature(
            f"consent_to_{channel}",
            customers.last(Contains(_consent, channel)),
            f"1 if the customer may be contacted by {channel}, else 0.",
            Reading("flag", high=1.0, missing=_NO_CONSENT_KNOWN),
        )
        for channel in channels
    )
