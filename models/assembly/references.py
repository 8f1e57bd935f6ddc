"""What is a customer held against: tables fitted on everybody at publishing, stored with the predictions, looked up later."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from features.references.ladders import Ladder
from features.rfmt import RfmtEdges, fit_rfmt, rfmt_features
from models.assembly.people import People
from models.rows import FloatArray
from models.value.levers import LEVER_FEATURES, GoodCustomer


@dataclass(frozen=True)
class PopulationReferences:
    """Whatever is relative to other customers, as of one snapshot.

    `rfmt`: the borders of classes. `good`: where the best quarter begins. `value`: the values predicted for all, for the main
    horizon; None where no value model answered.
    """

    rfmt: RfmtEdges
    good: GoodCustomer
    value: Ladder | None = None

    @classmethod
    def fit(cls, people: People, said: Mapping[str, FloatArray]) -> PopulationReferences:
        """Fit on everybody of a snapshot, all of them known at its moment; `said`: what models say of them."""
        rfmt = people.company.rfmt
        columns = people.features({"purchases_days_since_last", *rfmt_features(rfmt).values()})
        value = said.get(f"value_{people.company.horizon_days}")
        return cls(
            fit_rfmt(rfmt, columns),
            GoodCustomer.of(people.features(LEVER_FEATURES)),
            None if value is None else Ladder.of(value),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the tables in plain JSON values; what is not known is null."""
        good = {name: None if math.isnan(number) else number for name, number in asdict(self.good).items()}
        rfmt = {part: list(edges) for part, edges in asdict(self.rfmt).items()}
        return {"rfmt": rfmt, "good": good, "value": None if self.value is None else list(self.value.rungs)}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> PopulationReferences:
        """Read what `as_json` returned."""
        good = {name: math.nan if number is None else number for name, number in body["good"].items()}
        rfmt = {part: tuple(edges) for part, edges in body["rfmt"].items()}
        value = None if body["value"] is None else Ladder(tuple(body["value"]))
        return cls(RfmtEdges(**rfmt), GoodCustomer(**good), value)
