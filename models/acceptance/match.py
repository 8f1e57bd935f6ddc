"""How much of what an offer is about does this customer buy anyway: by product, by category, and benefit by benefit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from models.acceptance.offers import OfferFacts
from models.rows import BoolArray, FloatArray, Rows

MATCH_NAMES = (
    "match_lines",
    "match_lines_90d",
    "match_share",
    "match_category_share",
    "match_benefits",
    "match_benefits_share",
    "match_days_since_last",
)
"""Lines bought of the offer's products, in all and in 90 days; their share of all lines, and that of its categories; how many of
its benefits are good for something bought before, and their share; days since the last such line.

Shares of lines are NaN for who bought nothing, days for who bought nothing of the offer.
"""

_LATELY_DAYS = 90.0


@dataclass(frozen=True)
class PastPurchases:
    """Lines bought, and known, before the moment asked about: whose (a place among those asked), what, and how long ago."""

    customers: npt.NDArray[np.intp]
    products: pa.Array
    categories: pa.Array
    days_ago: FloatArray


def match_columns(bought: PastPurchases, offer: OfferFacts, *, customers: int) -> Rows:
    """Return `MATCH_NAMES` of so many customers."""
    whose, days_ago = bought.customers, bought.days_ago
    of_offer, of_categories = _among(bought.products, offer.products), _among(bought.categories, offer.categories)
    lines = _counts(whose, customers)
    matched = _counts(whose[of_offer], customers)
    benefits = _benefits(whose[of_offer], bought.products.filter(pa.array(of_offer)), offer, customers=customers)
    last = np.full(customers, np.nan)
    np.fmin.at(last, whose[of_offer], days_ago[of_offer])
    columns = [
        matched,
        _counts(whose[of_offer & (days_ago <= _LATELY_DAYS)], customers),
        _share(matched, lines),
        _share(_counts(whose[of_categories], customers), lines),
        benefits,
        benefits / max(offer.benefit_count, 1),
        last,
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _benefits(whose: npt.NDArray[np.intp], products: pa.Array, offer: OfferFacts, *, customers: int) -> FloatArray:
    """Return how many benefits of the offer are good for something each customer has bought."""
    known = offer.products.unique()
    pairs = np.argsort(_codes(offer.products, known), kind="stable")
    sorted_codes = _codes(offer.products, known)[pairs]
    owned = np.unique(np.stack([whose, _codes(products, known)], axis=1), axis=0)
    first, last = (np.searchsorted(sorted_codes, owned[:, 1], side=side) for side in ("left", "right"))
    lengths = last - first
    steps = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    good = offer.benefits[pairs][np.repeat(first, lengths) + steps]
    usable = np.unique(np.stack([np.repeat(owned[:, 0], lengths), good], axis=1), axis=0)
    return _counts(usable[:, 0], customers)


def _among(values: pa.Array, wanted: pa.Array) -> BoolArray:
    return np.asarray(pc.is_in(values, value_set=wanted).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _codes(values: pa.Array, known: pa.Array) -> npt.NDArray[np.intp]:
    return np.asarray(pc.index_in(values, value_set=known).to_numpy(zero_copy_only=False), dtype=np.intp)


def _counts(places: npt.NDArray[np.intp], customers: int) -> FloatArray:
    return np.bincount(places, minlength=customers).astype(np.float64)


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0))
