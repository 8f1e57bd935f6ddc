"""What do rhythm and size of purchases say of the money to come: MBG/NBD and Gamma-Gamma, for every customer and any horizon.

Of who never bought they say nothing; for them the answer begins from what others who had never bought went on to bring.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models.churn.members import RHYTHM_FEATURES, purchase_histories
from models.learners.btyd import Btyd, fit_btyd
from models.learners.gamma_gamma import GammaGamma, Spending, fit_gamma_gamma
from models.rows import FloatArray, Rows
from models.value.money import Money

_SMALLEST_CHANCE = 1e-4


@dataclass(frozen=True)
class Outlook:
    """What is known of a horizon before any tree is asked: the chance of bringing anything, and how much if so."""

    chance: FloatArray
    amount: FloatArray

    @property
    def expected(self) -> FloatArray:
        """Return the money expected, chance times amount."""
        return self.chance * self.amount


@dataclass(frozen=True)
class Rhythm:
    """The rhythm and size of purchases, fitted on all customers; `money` is what the sizes are counted in."""

    btyd: Btyd
    spending: GammaGamma
    money: Money

    def outlook(self, rows: Rows, names: Sequence[str], *, days: float) -> Outlook:
        """Return chance and amount of the margin within the horizon, not discounted; NaN for who never bought."""
        histories = purchase_histories(rows, tuple(list(names).index(name) for name in RHYTHM_FEATURES))
        chance = 1.0 - self.btyd.probability_of_silence(histories, horizon=days)
        purchases = self.btyd.expected_purchases(histories, horizon=days)
        each = self.spending.expected_spend(_spending(rows, names, self.money))
        certain = np.maximum(chance, 1e-12)
        return Outlook(chance, purchases / certain * each)

    def to_json(self) -> dict[str, Any]:
        """Return the fitted numbers as a JSON object."""
        return {"btyd": self.btyd.to_json(), "spending": self.spending.to_json(), "money": asdict(self.money)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Rhythm:
        """Return the rhythm that `to_json` wrote."""
        return cls(Btyd.from_json(value["btyd"]), GammaGamma.from_json(value["spending"]), Money(**value["money"]))


def fit_rhythm(everyone: Rows, names: Sequence[str], *, money: Money) -> Rhythm:
    """Fit both models on all customers ever seen.

    Raises
    ------
    TooFewPurchases, RhythmNotFound, TooFewBuyers, SpendingNotFound
        If there are too few repeat purchases, or no maximum was reached.
    """
    columns = tuple(list(names).index(name) for name in RHYTHM_FEATURES)
    return Rhythm(fit_btyd(purchase_histories(everyone, columns)), fit_gamma_gamma(_spending(everyone, names, money)), money)


@dataclass(frozen=True)
class Beginning:
    """Where the trees of one horizon begin: the rhythm's outlook, discounted; for who never bought, that of such newcomers.

    Without a rhythm everybody is a newcomer. `newcomers`: their chance and their amount.
    """

    days: int
    rhythm: Rhythm | None
    discount: float
    newcomers: tuple[float, float]

    def outlook(self, rows: Rows, names: Sequence[str]) -> Outlook:
        """Return a chance strictly between 0 and 1 and a positive amount for every row."""
        newcomers = Outlook(np.full(len(rows), self.newcomers[0]), np.full(len(rows), self.newcomers[1]))
        if self.rhythm is None:
            return newcomers
        found = self.rhythm.outlook(rows, names, days=self.days)
        unknown = np.isnan(found.expected)
        chance = np.where(unknown, newcomers.chance, np.clip(found.chance, _SMALLEST_CHANCE, 1 - _SMALLEST_CHANCE))
        return Outlook(chance, np.where(unknown, newcomers.amount, found.amount * self.discount))

    def to_json(self) -> dict[str, Any]:
        """Return everything but the rhythm, which all horizons share, as a JSON object."""
        return {"days": self.days, "discount": self.discount, "newcomers": list(self.newcomers)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any], rhythm: Rhythm | None) -> Beginning:
        """Return the beginning that `to_json` wrote."""
        return cls(value["days"], rhythm, value["discount"], (value["newcomers"][0], value["newcomers"][1]))


def _spending(rows: Rows, names: Sequence[str], money: Money) -> Spending:
    days = rows[:, list(names).index("purchases_days_lifetime")].astype(np.float64)
    return Spending(days, money.so_far(rows, names) / np.where(days > 0, days, np.nan))
