"""Who is new, and who of the new became a high performer: the top tenth by later value among those of the same age and moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.rows import BoolArray, FloatArray, Rows

NEW_DAYS = 90
"""From the first purchase on: so long a customer counts as new."""

AGE_FEATURE = "purchases_days_since_first"
BAND_DAYS = 30
TOP_SHARE = 0.1


@dataclass(frozen=True)
class NewCustomers:
    """Rows of customers who were new at the moment of the row, and what each brought afterwards.

    `value`: within the outlook after the row's moment, company currency. `as_ofs`: the moment of each row, microseconds.
    """

    rows: Rows
    names: tuple[str, ...]
    value: FloatArray
    as_ofs: npt.NDArray[np.int64]


def is_new(rows: Rows, names: tuple[str, ...]) -> BoolArray:
    """Return which customers first bought within the last 90 days; who never bought is not new but still to come.

    In a log that begins in mid-business whoever is first seen at its beginning looks new, however long a customer.
    """
    with np.errstate(invalid="ignore"):
        return np.asarray(rows[:, names.index(AGE_FEATURE)] < NEW_DAYS)


def high_performers(found: NewCustomers) -> BoolArray:
    """Return who later brought at least what the top tenth did of those equally old (to 30 days) at the same moment.

    Age decides much of what a new customer has shown so far, and the season what comes, so only equals are compared. Nobody is a
    high performer who brought nothing.

    Examples
    --------
    >>> rows = np.full((20, 1), 10.0, np.float32)
    >>> cohort = NewCustomers(rows, ("purchases_days_since_first",), np.arange(20.0), np.zeros(20, np.int64))
    >>> np.flatnonzero(high_performers(cohort)).tolist()
    [18, 19]
    """
    groups = equals(found)
    least = np.full(int(groups.max(initial=-1)) + 1, np.inf)
    for group in range(len(least)):
        least[group] = np.quantile(found.value[groups == group], 1 - TOP_SHARE, method="higher")
    return np.asarray((found.value >= least[groups]) & (found.value > 0))


def equals(found: NewCustomers) -> npt.NDArray[np.intp]:
    """Return a number for each customer, the same for those equally old (to 30 days) at the same moment."""
    bands = found.rows[:, found.names.index(AGE_FEATURE)] // BAND_DAYS
    return np.unique(np.column_stack([found.as_ofs, bands.astype(np.int64)]), axis=0, return_inverse=True)[1].reshape(-1)
