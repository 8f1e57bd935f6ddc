"""Why does a model say that of this customer: the few meanings that moved the answer most, each with its most telling feature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from models.explanation.codes import codes_of
from models.explanation.contributions import ExplainedModel, contributions_of
from models.learners.products import weighted_each
from models.rows import FloatArray, Rows

MOST_REASONS = 3
"""How many reasons an answer carries at most."""

LEAST_CONTRIBUTION = 0.05
"""In log-odds: a code that moves the odds by less than a twentieth is noise, and no reason to tell anybody."""

Effect = Literal["raises", "lowers"]
ReasonTable = npt.NDArray[np.void]

REASON_ROW = np.dtype(
    [
        ("row", "<i4"),
        ("code", "<i2", (MOST_REASONS,)),
        ("feature", "<i2", (MOST_REASONS,)),
        ("contribution", "<f8", (MOST_REASONS,)),
        ("value", "<f4", (MOST_REASONS,)),
    ]
)
"""The reasons of one customer, the strongest first: places in lists of codes and of features, -1 for no further reason."""

_ROWS_AT_ONCE = 4096  # bounds the working memory; reasons do not depend on it


@dataclass(frozen=True)
class Reason:
    """One reason. `contribution`: what all features of the code add to the log-odds; above 0 it raises the answer.

    `value` is the customer's, `usual` the median customer's number of the feature that weighs most; NaN: none.
    """

    code: str
    feature: str
    effect: Effect
    contribution: float
    value: float
    usual: float


@dataclass(frozen=True)
class Reasons:
    """The reasons of many customers, as columns. `table`: one `REASON_ROW` a customer, rising by `row`.

    `codes` and `feature_names` are the lists that its places point into; `usual` the median customer's row.
    """

    table: ReasonTable
    codes: tuple[str, ...]
    feature_names: tuple[str, ...]
    usual: tuple[float, ...]

    def of(self, row: int) -> tuple[Reason, ...]:
        """Return the reasons of the customer in that row, the strongest first; none where none are held."""
        place = int(np.searchsorted(self.table["row"], row))
        if place == len(self.table) or self.table["row"][place] != row:
            return ()
        held = self.table[place]
        return tuple(self._reason(held, number) for number in range(MOST_REASONS) if held["feature"][number] >= 0)

    def _reason(self, held: np.void, number: int) -> Reason:
        feature, contribution = int(held["feature"][number]), float(held["contribution"][number])
        return Reason(
            code=self.codes[held["code"][number]],
            feature=self.feature_names[feature],
            effect="raises" if contribution > 0 else "lowers",
            contribution=contribution,
            value=float(held["value"][number]),
            usual=self.usual[feature],
        )


def reasons(model: ExplainedModel, rows: Rows, *, names: Sequence[str], horizon_days: int) -> Reasons:
    """Return why the model says what it says of each row for that horizon; `row` is the place among `rows`.

    Raises
    ------
    WrongColumns
        If `names` are not the model's, in its order.
    FeatureWithoutReason
        If a feature of the model belongs to no code.
    """
    grouping = Grouping.of(model.feature_names)
    table = np.empty(len(rows), REASON_ROW)
    for start in range(0, max(len(rows), 1), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        added = contributions_of(model, rows[part], names=names, horizon_days=horizon_days).features
        table[part] = grouping.strongest(added, rows[part])
    table["row"] = np.arange(len(rows))
    usual = tuple(model.ranges.median_customer()[0].tolist())
    return Reasons(table, grouping.codes, tuple(model.feature_names), usual)


@dataclass(frozen=True)
class Grouping:
    """Which code each feature belongs to: `member` holds, for each feature, the place of its code in `codes`."""

    codes: tuple[str, ...]
    member: npt.NDArray[np.intp]

    @classmethod
    def of(cls, feature_names: Sequence[str]) -> Grouping:
        """Return the grouping of these features."""
        names = [code.name for code in codes_of(feature_names)]
        codes = tuple(dict.fromkeys(names))
        return cls(codes, np.array([codes.index(name) for name in names], dtype=np.intp))

    def summed(self, by_feature: FloatArray) -> FloatArray:
        """Return what each code adds, shape (rows, codes), from what each feature adds."""
        belongs = self.member[:, None] == np.arange(len(self.codes))
        return weighted_each(by_feature, belongs.T.astype(np.float64))

    def strongest(self, by_feature: FloatArray, rows: Rows) -> ReasonTable:
        """Return the codes that move each row most, and the feature that weighs most in each; `row` is left to the caller."""
        groups, each = self.summed(by_feature), np.arange(len(by_feature))
        table = np.zeros(len(by_feature), REASON_ROW)
        order = np.argsort(-np.abs(groups), axis=1, kind="stable")
        for number in range(MOST_REASONS):
            code = order[:, min(number, len(self.codes) - 1)]
            whole = groups[each, code]
            toward = by_feature * np.sign(whole)[:, None]
            feature = np.where(self.member == code[:, None], toward, -np.inf).argmax(axis=1)
            given = (np.abs(whole) >= LEAST_CONTRIBUTION) & (number < len(self.codes))
            table["code"][:, number] = np.where(given, code, -1)
            table["feature"][:, number] = np.where(given, feature, -1)
            table["contribution"][:, number] = np.where(given, whole, 0.0)
            table["value"][:, number] = np.where(given, rows[each, feature], np.nan)
        return table
