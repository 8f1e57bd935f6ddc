"""What does a model read of an offer itself: all that is known on its first day, so that a new one has an answer too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.errors import InvalidInput
from models.rows import Rows

_PLAIN_NAMES = ("offer_valid_days", "offer_benefits", "offer_products", "offer_categories")


class OfferInvalid(InvalidInput):
    """What is said of an offer does not fit together."""


@dataclass(frozen=True)
class OfferFacts:
    """An offer as it stands before anybody has answered it.

    `type`: the offer id by which the log knows it and those like it. `valid_days`: how long it can be taken. `benefits` and
    `products` are pairs, one of each place: benefit number so-and-so (a coupon, say) is good for that product. `categories`:
    those of its products.
    """

    type: str
    valid_days: float
    benefits: npt.NDArray[np.int32]
    products: pa.Array
    categories: pa.Array

    def __post_init__(self) -> None:
        if len(self.benefits) != len(self.products):
            raise OfferInvalid(f"needed a product for each benefit, found {len(self.benefits)} and {len(self.products)}")

    @property
    def benefit_count(self) -> int:
        """Return how many different benefits it has."""
        return len(np.unique(self.benefits))


def offer_names(types: Sequence[str]) -> tuple[str, ...]:
    """Return the names of an offer's own columns, one of them a type.

    >>> offer_names(["b", "a"])[-2:]
    ('offer_of_a', 'offer_of_b')
    """
    return (*_PLAIN_NAMES, *(f"offer_of_{each}" for each in sorted(types)))


def offer_columns(offer: OfferFacts, *, types: Sequence[str]) -> Rows:
    """Return an offer's own columns, shape (columns,); an offer of none of these types has 0 in all of theirs."""
    plain = [offer.valid_days, offer.benefit_count, len(offer.products.unique()), len(offer.categories)]
    return np.array([*plain, *(float(offer.type == each) for each in sorted(types))], dtype=np.float32)
