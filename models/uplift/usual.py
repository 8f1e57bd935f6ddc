"""What a customer usually brings in the reward days: the money that an offer's effect is told as a share of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models.rows import FloatArray, Rows
from models.value.money import Money, column_of

_FLOOR_SHARE = 0.1


@dataclass(frozen=True)
class UsualMargin:
    """A customer's rate of the last year carried on for `days`, and never less than `floor`, company currency.

    The floor, a tenth of the median customer's, keeps a share of next to nothing from being a share of nothing.
    """

    money: Money
    days: int
    floor: float

    @classmethod
    def of(cls, rows: Rows, names: Sequence[str], *, days: int) -> UsualMargin:
        """Learn what is counted in, and the floor, from the customers in `rows`."""
        money = Money.of(rows, names)
        rates = money.past_rate(rows, names, days=days)
        bought = rates[rates > 0]
        return cls(money, days, _FLOOR_SHARE * float(np.median(bought)) if bought.size else 0.0)

    def __call__(self, rows: Rows, names: Sequence[str]) -> FloatArray:
        """Return one amount a row; NaN for who never bought, whose usual margin nobody knows."""
        rates = np.maximum(self.money.past_rate(rows, names, days=self.days), self.floor)
        never = np.isnan(column_of(rows, names, "purchases_days_since_first"))
        return np.where(never, np.nan, rates)

    def to_json(self) -> dict[str, Any]:
        """Return the three facts as a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> UsualMargin:
        """Return what `to_json` wrote."""
        return cls(Money(**value["money"]), value["days"], value["floor"])
