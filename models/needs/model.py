"""What does a customer need next: the chance of a purchase from each category within the horizon, and the likeliest of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from features.write_once import canonical_json, sha256_of_json
from models.learners.boosting import Boosting
from models.learners.special import expit
from models.model import ColumnRange
from models.needs.habits import OF_CUSTOMER, OF_PAIR, Habits
from models.needs.market import OF_MARKET, Market
from models.rows import BoolArray, FloatArray, Rows, check_columns

NEEDS_FEATURES = (*OF_PAIR, *OF_MARKET, *OF_CUSTOMER)
"""The columns of a row of one customer and one category."""

SIGNATURE = sha256_of_json({"needs": 1, "features": NEEDS_FEATURES})
"""What the columns mean; raised by hand with their meaning."""

MOST_NEW = 100
"""Of what a customer never bought, only so many of the most popular categories are weighed."""

_FACTS = "model.json"
_PAIRS_AT_ONCE = 1_000_000


@dataclass(frozen=True)
class NextCategories:
    """The categories each customer is likeliest to buy next, the likeliest first.

    `places`: into `categories`, shape (customers, most); -1 where fewer were weighed. `chances`: of a purchase from it within
    the horizon, NaN there. `new`: the customer never bought from it; such a suggestion rests on what others buy.
    """

    categories: tuple[str, ...]
    places: npt.NDArray[np.int64]
    chances: FloatArray
    new: BoolArray


@dataclass(frozen=True)
class NeedsModel:
    """A fitted model of customer and category. Immutable; may be shared between threads; holds no row of any customer.

    `market`: what customers bought when it was fitted, for who answers without counting anew.
    """

    kind: ClassVar[str] = "needs"
    signature: ClassVar[str] = SIGNATURE
    feature_names: ClassVar[tuple[str, ...]] = NEEDS_FEATURES
    name: str
    horizon_days: int
    boosting: Boosting
    market: Market
    ranges: ColumnRange

    def predict(self, rows: Rows, *, names: Sequence[str]) -> FloatArray:
        """Return the chance of a purchase from the category within the horizon, shape (rows, 1); a row a customer and category.

        Raises
        ------
        WrongColumns
            If `names` are not the model's, in its order.
        """
        check_columns(rows, names, self.feature_names)
        return np.asarray(expit(self.boosting.log_odds(rows)))[:, None]

    def score(self, rows: Rows, *, names: Sequence[str]) -> dict[str, FloatArray]:
        """Return `needs_<days>`: the chance of each row, which is a pair; `next_categories` is what customers are told."""
        return {f"needs_{self.horizon_days}": self.predict(rows, names=names)[:, 0]}

    def chances(self, habits: Habits, market: Market | None = None) -> FloatArray:
        """Return the chance for every customer and category, shape (customers, categories); NaN for what is not weighed.

        `market`: counted as of the habits; without it the one the model was fitted with.
        """
        now = market or self.market
        weighed = candidates(habits, now)
        chances = np.full(weighed.shape, np.nan)
        at_once = max(_PAIRS_AT_ONCE // max(weighed.shape[1], 1), 1)
        for start in range(0, len(weighed), at_once):
            part = slice(start, start + at_once)
            rows = pair_rows(habits, now, part=part)[weighed[part]]
            chances[part][weighed[part]] = self.predict(rows, names=self.feature_names)[:, 0]
        return chances

    def next_categories(self, habits: Habits, market: Market | None = None, *, most: int = 10) -> NextCategories:
        """Return each customer's likeliest categories; equal chances stand in the order of the categories' names."""
        chances = self.chances(habits, market)
        places = likeliest(chances, most)
        found = np.take_along_axis(chances, places, axis=1)
        new = ~np.take_along_axis(habits.bought, places, axis=1) & ~np.isnan(found)
        return NextCategories(habits.categories, np.where(np.isnan(found), -1, places), found, new)

    def to_files(self) -> dict[str, bytes]:
        """Return the model as files: LightGBM texts, and one JSON for all the rest."""
        texts = {f"needs-{seed}.txt": text for seed, text in enumerate(self.boosting.texts)}
        facts = {"name": self.name, "horizon_days": self.horizon_days, "trees": sorted(texts)}
        facts |= {"market": self.market.to_json(), "ranges": asdict(self.ranges), "signature": self.signature}
        return {**{file: text.encode() for file, text in texts.items()}, _FACTS: canonical_json(facts)}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> NeedsModel:
        """Return the model that `to_files` wrote; the bytes must have been checked by their hash before."""
        value = json.loads(files[_FACTS])
        return cls(
            value["name"],
            value["horizon_days"],
            Boosting.from_texts([files[name].decode() for name in value["trees"]]),
            Market.from_json(value["market"]),
            ColumnRange.from_json(value["ranges"]),
        )


def candidates(habits: Habits, market: Market) -> BoolArray:
    """Return which categories are weighed for each customer: all they ever bought from, and the most popular of the others."""
    rank = np.argsort(np.argsort(-market.popularity_84d, kind="stable"), kind="stable")
    popular = (rank < MOST_NEW) & (market.popularity_84d > 0)
    return np.asarray(habits.bought | popular[None, :])


def pair_rows(habits: Habits, market: Market, *, part: slice = slice(None)) -> Rows:
    """Return `NEEDS_FEATURES` of some customers and every category, shape (customers, categories, features)."""
    asked = Habits(habits.ids[part], habits.categories, habits.of_pair[part], habits.of_customer[part])
    width = (*asked.of_pair.shape[:2], len(OF_CUSTOMER))
    return np.concatenate(
        [asked.of_pair, market.features(asked), np.broadcast_to(asked.of_customer[:, None, :], width)], axis=2, dtype=np.float32
    )


def likeliest(scores: FloatArray, most: int) -> npt.NDArray[np.int64]:
    """Return the places of the highest scores of each row, the highest first; NaN comes last, equals keep their order.

    >>> likeliest(np.array([[0.1, np.nan, 0.7, 0.7]]), 3).tolist()
    [[2, 3, 0]]
    """
    ranked = np.argsort(np.where(np.isnan(scores), np.inf, -scores), axis=1, kind="stable")
    return np.asarray(ranked[:, :most])
