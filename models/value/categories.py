"""In which of the company's value categories is each customer, and what is to be done with it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from features.company.business import ValueCategory
from features.references.ladders import Ladder
from features.rules.tree import Columns

NONE = -1
"""The place of who is in no category: the company's last rule does not hold for everybody."""


def category_places(categories: Sequence[ValueCategory], columns: Columns, *, rows: int) -> npt.NDArray[np.int8]:
    """Return for each row the place of the first category whose rule holds, -1 where none does.

    Parameters
    ----------
    columns
        Name to a column of length `rows`: the features and scores that the rules name; `value_columns` gives those of value. An
        unknown rule does not hold.

    Raises
    ------
    RuleColumnsMissing
        If a rule names a column that the table lacks.
    """
    places = np.full(rows, NONE, dtype=np.int8)
    for place, category in enumerate(categories):
        places[(places == NONE) & (category.rule.evaluate(columns, rows=rows) == 1)] = place
    return places


def value_columns(
    value: npt.NDArray[np.float64], clv_to_cac: npt.NDArray[np.float64], ladder: Ladder
) -> dict[str, npt.NDArray[np.float64]]:
    """Return what rules call `expected_margin`, `value_percentile` and `clv_to_cac`, for the main horizon.

    `ladder` holds the values of all customers (a reference table), so that one customer asked about gets the same percentile.
    """
    return {
        "expected_margin": value,
        "value_percentile": np.asarray(ladder.percentile(value), dtype=np.float64),
        "clv_to_cac": clv_to_cac,
    }
