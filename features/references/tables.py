"""What is a customer beside others: tables fitted on a snapshot, kept with the models, looked up for one row at a time.

A feature is a pure function of one customer's events, so whatever is relative to other customers stands here. A look-up never
sees another customer: it reads the table, so that training, batch and serving give a row the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from features.company.business import Rfmt
from features.errors import InvalidInput
from features.references.ladders import TENURE_BANDS_DAYS, BandedLadders, Ladder, tenure_bands
from features.rfmt import RfmtEdges, fit_rfmt, rfmt_features
from features.snapshot import Snapshot
from features.times import Timestamp, format_time, parse_time
from features.write_once import sha256_of_json

RANKED = (
    "usage_count_30d",
    "usage_active_days_30d",
    "usage_breadth_30d",
    "tickets_count_90d",
    "purchases_days_365d",
    "purchases_revenue_90d",
    "purchases_revenue_365d",
)
"""The features whose percentile among customers of like tenure is told."""

_TENURE = "tenure_days"


class ReferenceColumnsMissing(InvalidInput):
    """Rows lack a feature that a reference table is looked up by."""


@dataclass(frozen=True)
class ReferenceTables:
    """Everything relative to other customers, as of one snapshot.

    `percentiles` by feature, `rfmt` the borders of classes, `scores` by name of a served score, `btyd` the fitted parameters of
    the purchase rhythm by name, empty where there are none.
    """

    as_of: Timestamp
    percentiles: Mapping[str, BandedLadders]
    rfmt: RfmtEdges
    scores: Mapping[str, Ladder] = field(default_factory=dict)
    btyd: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def fit(cls, snapshot: Snapshot, rfmt: Rfmt, *, ranked: Sequence[str] = RANKED) -> ReferenceTables:
        """Fit the tables on the customers of a snapshot, and so on what was known before its moment.

        Raises
        ------
        SnapshotMissing
            If the snapshot lacks one of the features.
        """
        names = sorted({_TENURE, "purchases_days_since_last", *ranked, *rfmt_features(rfmt).values()})
        columns = dict(zip(names, snapshot.columns(names).T, strict=True))
        bands = tenure_bands(columns[_TENURE])
        percentiles = {name: BandedLadders.of(columns[name], bands) for name in ranked}
        return cls(snapshot.as_of, percentiles, fit_rfmt(rfmt, columns))

    def with_scores(self, scores: Mapping[str, npt.NDArray[np.float64]]) -> ReferenceTables:
        """Return the tables with a ladder of each score, over the same customers."""
        return replace(self, scores={name: Ladder.of(values) for name, values in scores.items()})

    def with_btyd(self, parameters: Mapping[str, float]) -> ReferenceTables:
        """Return the tables with the parameters of the purchase rhythm."""
        return replace(self, btyd=dict(parameters))

    def as_json(self) -> dict[str, Any]:
        """Return the tables in plain JSON values; equal tables give equal values."""
        return {
            "as_of": format_time(self.as_of),
            "tenure_bands_days": list(TENURE_BANDS_DAYS),
            "percentiles": {name: _ladders_as_json(ladders) for name, ladders in self.percentiles.items()},
            "rfmt": {part: list(edges) for part, edges in asdict(self.rfmt).items()},
            "scores": {name: list(ladder.rungs) for name, ladder in self.scores.items()},
            "btyd": dict(self.btyd),
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> ReferenceTables:
        """Read what `as_json` returned."""
        return cls(
            parse_time(body["as_of"]),
            {name: _ladders_from_json(ladders) for name, ladders in body["percentiles"].items()},
            RfmtEdges(**{part: tuple(edges) for part, edges in body["rfmt"].items()}),
            {name: Ladder(tuple(rungs)) for name, rungs in body["scores"].items()},
            dict(body["btyd"]),
        )

    @property
    def sha256(self) -> str:
        """Return the hash of the tables' canonical JSON."""
        return sha256_of_json(self.as_json())


@dataclass(frozen=True)
class DerivedRows:
    """Rows with what was looked up beside what was computed: `rows` (n, len(names)), float32."""

    names: tuple[str, ...]
    rows: npt.NDArray[np.float32]


def with_percentiles(tables: ReferenceTables, names: Sequence[str], rows: npt.NDArray[np.float32]) -> DerivedRows:
    """Return the rows with a column `<feature>_percentile` for each ranked feature, among customers of like tenure, at the end.

    Raises
    ------
    ReferenceColumnsMissing
        If a ranked feature, or `tenure_days`, is not among the names.
    """
    places = {name: place for place, name in enumerate(names)}
    if lacking := sorted({_TENURE, *tables.percentiles} - set(places)):
        raise ReferenceColumnsMissing(f"needed the features {', '.join(lacking)} to look up percentiles, found rows without them")
    bands = tenure_bands(rows[:, places[_TENURE]])
    looked_up = [ladders.percentile(rows[:, places[name]], bands) for name, ladders in tables.percentiles.items()]
    return DerivedRows(
        (*names, *(f"{name}_percentile" for name in tables.percentiles)), np.column_stack([rows, *looked_up]).astype(np.float32)
    )


def _ladders_as_json(ladders: BandedLadders) -> dict[str, Any]:
    return {"bands": [list(ladder.rungs) for ladder in ladders.bands], "everybody": list(ladders.everybody.rungs)}


def _ladders_from_json(body: Mapping[str, Any]) -> BandedLadders:
    return BandedLadders(tuple(Ladder(tuple(rungs)) for rungs in body["bands"]), Ladder(tuple(body["everybody"])))
