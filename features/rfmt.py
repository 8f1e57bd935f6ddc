"""How good a buyer is a customer beside the others: recency, frequency, monetary value and T, each in a class, and one score.

What T stands for is not agreed in the field, so the company says: `tenure`, or the `time_between_purchases`. The borders of the
classes are a reference table: fitted on the customers of a snapshot, stored with its predictions, and looked up from there.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

from features.company.business import Rfmt
from features.errors import InvalidInput
from features.rules.tree import Columns

PARTS = ("recency", "frequency", "monetary", "t")
_LOWEST = 1
_FULL = 100.0
_FEWER_IS_BETTER = ("purchases_days_since_last", "purchases_gap_mean_days")
_T = {"tenure": "tenure_days", "time_between_purchases": "purchases_gap_mean_days"}


class RfmtColumnsMissing(InvalidInput):
    """The table lacks a feature that a part of RFMT is ranked by."""


@dataclass(frozen=True)
class RfmtEdges:
    """The borders between classes, from the lowest class up, in the features' own units.

    One fewer than there are classes; none where nobody had a value, and then everybody is in the lowest class.
    """

    recency: tuple[float, ...]
    frequency: tuple[float, ...]
    monetary: tuple[float, ...]
    t: tuple[float, ...]


@dataclass(frozen=True)
class RfmtScores:
    """`classes` (n, 4), from 1 (worst) up, in the order of `PARTS`; `scores` (n,), from 0 to 100."""

    classes: npt.NDArray[np.int8]
    scores: npt.NDArray[np.float64]

    def row(self, row: int) -> RfmtCard:
        """Return the classes and the score of one row."""
        recency, frequency, monetary, t = (int(one) for one in self.classes[row])
        return RfmtCard(recency, frequency, monetary, t, float(self.scores[row]))


@dataclass(frozen=True)
class RfmtCard:
    """One customer's classes, 1 the worst, and their weighted score, 0 (lowest in all) to 100 (highest in all)."""

    recency: int
    frequency: int
    monetary: int
    t: int
    score: float


def rfmt_features(rfmt: Rfmt) -> dict[str, str]:
    """Return the feature each part is ranked by: of the last 365 days, a day with several purchases once."""
    return {
        "recency": "purchases_days_since_last",
        "frequency": "purchases_days_365d",
        "monetary": f"purchases_{rfmt.monetary}_365d",
        "t": _T[rfmt.t],
    }


def fit_rfmt(rfmt: Rfmt, columns: Columns) -> RfmtEdges:
    """Return the borders that cut the customers who ever bought into classes of equal size, as far as ties allow.

    Raises
    ------
    RfmtColumnsMissing
        If a part's feature is no column.
    """
    bought = ~np.isnan(_column(columns, "purchases_days_since_last"))
    shares = np.arange(1, rfmt.classes) / rfmt.classes
    edges = {}
    for part, feature in rfmt_features(rfmt).items():
        values = _better_is_more(feature, _column(columns, feature)[bought])
        known = values[~np.isnan(values)]
        cuts = np.quantile(known, shares, method="inverted_cdf") if known.size else np.empty(0)
        edges[part] = tuple((_better_is_more(feature, cuts) + 0.0).tolist())
    return RfmtEdges(**edges)


def rfmt_scores(rfmt: Rfmt, edges: RfmtEdges, columns: Columns) -> RfmtScores:
    """Return the classes and the score of each of the table's rows.

    Equal values share a class, and a value on a border belongs below it. A missing value is in the lowest class: who never bought
    in all of recency, frequency and monetary value, who bought once in the time between purchases, a prospect in tenure.
    The score is the weighted mean of (class - 1) / (classes - 1), times 100.

    Raises
    ------
    RfmtColumnsMissing
        If a part's feature is no column.
    """
    parts, borders = rfmt_features(rfmt), asdict(edges)
    classes = np.stack([_class_of(feature, _column(columns, feature), borders[part]) for part, feature in parts.items()], axis=1)
    # added part by part: a matrix product would round otherwise for one row than for many
    weighted = [getattr(rfmt.weights, part) * (classes[:, place] - _LOWEST) for place, part in enumerate(PARTS)]
    return RfmtScores(classes, reduce(np.add, weighted) / (rfmt.classes - 1) * _FULL)


def _class_of(feature: str, values: npt.NDArray[np.float64], edges: tuple[float, ...]) -> npt.NDArray[np.int8]:
    borders = _better_is_more(feature, np.array(edges, dtype=np.float64))
    passed = np.searchsorted(borders, _better_is_more(feature, values), side="left")
    return np.where(np.isnan(values), _LOWEST, _LOWEST + passed).astype(np.int8)


def _better_is_more(feature: str, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return -values if feature in _FEWER_IS_BETTER else values


def _column(columns: Columns, name: str) -> npt.NDArray[np.float64]:
    if name not in columns:
        raise RfmtColumnsMissing(f"needed the column {name} for RFMT, found a table without it")
    return np.asarray(columns[name], dtype=np.float64)
