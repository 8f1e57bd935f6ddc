"""How like a high performer is a new customer: a regularised regression on what was known of earlier ones at the same age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.errors import Refused
from models.learners.logistic import Logistic, fit_logistic
from models.learners.special import expit
from models.lookalikes.cohort import NewCustomers, high_performers
from models.lookalikes.traits import Trait, traits_of
from models.rows import BoolArray, FloatArray, Rows, check_columns, quantities

FEWEST_NEW = 200
"""New customers of the past; of fewer, a tenth is a handful, and what they share is chance."""

_LOOSENESS = 0.01  # few high performers, many features: coefficients are held close to 0


class TooFewNewCustomers(Refused):
    """Too few customers were new in the past, or none of them stood out, to say whom a new one resembles."""


@dataclass(frozen=True)
class Likeness:
    """What was learned of earlier new customers.

    `enough`: half of the past high performers were at least so likely to become one; who is as likely now resembles them.
    """

    names: tuple[str, ...]
    columns: tuple[int, ...]
    logistic: Logistic
    enough: float
    traits: tuple[Trait, ...]

    def chance(self, rows: Rows, names: Sequence[str]) -> FloatArray:
        """Return each customer's chance to belong to the top tenth later.

        Raises
        ------
        WrongColumns
            If `names` are not those learned from, in their order.
        """
        check_columns(rows, names, self.names)
        return np.asarray(expit(self.logistic.log_odds(rows[:, list(self.columns)])))

    def resembles(self, rows: Rows, names: Sequence[str]) -> BoolArray:
        """Return who is as likely to become a high performer as half of the past ones were."""
        return np.asarray(self.chance(rows, names) >= self.enough)

    def shared(self, rows: Rows) -> list[list[Trait]]:
        """Return which traits each customer shares with the high performers of the past."""
        held = [trait.shared_by(rows[:, self.names.index(trait.feature)]) for trait in self.traits]
        return [[trait for trait, has in zip(self.traits, held, strict=True) if has[row]] for row in range(len(rows))]


def fit_likeness(found: NewCustomers) -> Likeness:
    """Learn from customers who were new, and whose later value is known.

    Raises
    ------
    TooFewNewCustomers
        If there are fewer than 200, or nobody or everybody of them stood out.
    """
    high = high_performers(found)
    if len(high) < FEWEST_NEW or not high.any() or high.all():
        raise TooFewNewCustomers(
            f"needed {FEWEST_NEW} customers who were new in the past and whose value since is known, some of them high "
            f"performers; found {len(high)}, high performers among them {int(high.sum())}. Import more history"
        )
    columns = tuple(quantities(found.names))
    logistic = fit_logistic(found.rows[:, list(columns)], high.astype(np.float64), looseness=_LOOSENESS)
    chances = expit(logistic.log_odds(found.rows[:, list(columns)]))
    return Likeness(
        found.names, columns, logistic, float(np.median(chances[high])), traits_of(found.rows, found.names, high=high)
    )
