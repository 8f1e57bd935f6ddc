"""What does an acceptance model answer: the chance that an offer, shown to a customer, is taken before it ends.

Learned from offers that were shown, to customers somebody chose: it ranks who takes an offer. It does not say who takes it
*because* it was offered; that is uplift, and needs offers drawn at random.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar

import numpy as np

from features.write_once import canonical_json
from models.churn.model import HorizonModel
from models.learners.special import expit
from models.model import ColumnRange
from models.rows import FloatArray, Rows, check_columns

_FACTS = "model.json"


@dataclass(frozen=True)
class AcceptanceModel:
    """A fitted acceptance model over rows of a customer and an offer. Immutable; may be shared between threads.

    `feature_names`: those of the catalogue with this `signature`, then those of the offer, of the match of both, and of the
    customer's answers so far. `blend` holds the members; its horizon is the longest time an offer it learned from was valid.
    """

    kind: ClassVar[str] = "acceptance"
    name: str
    feature_names: tuple[str, ...]
    signature: str
    blend: HorizonModel
    ranges: ColumnRange

    def predict(self, rows: Rows, *, names: Sequence[str]) -> FloatArray:
        """Return the chance that the offer is taken, shape (rows, 1); higher is more likely.

        Raises
        ------
        WrongColumns
            If `names` are not the model's, in its order.
        """
        return np.asarray(expit(self.log_odds(rows, names=names)))[:, None]

    def score(self, rows: Rows, *, names: Sequence[str]) -> dict[str, FloatArray]:
        """Return `acceptance`, one float64 a row: rows of offers, not the one row a customer that is published."""
        return {"acceptance": self.predict(rows, names=names)[:, 0]}

    def log_odds(self, rows: Rows, *, names: Sequence[str]) -> FloatArray:
        """Return the log-odds behind `predict`, one a row."""
        check_columns(rows, names, self.feature_names)
        return self.blend.calibration.apply(self.blend.raw_log_odds(np.ascontiguousarray(rows, dtype=np.float32)))

    @property
    def horizons(self) -> tuple[HorizonModel, ...]:
        """Return the blend as what explanations read: a model of one horizon."""
        return (self.blend,)

    def monotone(self, log_odds: FloatArray) -> FloatArray:
        """Return the log-odds as they are: there is but one horizon to put in order."""
        return log_odds

    def to_files(self) -> dict[str, bytes]:
        """Return the model as files: LightGBM texts, and one JSON for all the rest."""
        texts = {file: text.encode() for _, _, member in self.blend.members for file, text in member.texts().items()}
        plain = {key: getattr(self, key) for key in ("name", "feature_names", "signature")}
        return {**texts, _FACTS: canonical_json({**plain, "ranges": asdict(self.ranges), "blend": self.blend.to_json()})}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> AcceptanceModel:
        """Return the model that `to_files` wrote; the bytes must have been checked by their hash before."""
        value = json.loads(files[_FACTS])
        value["blend"] = HorizonModel.from_json(value["blend"], files)
        value["ranges"] = ColumnRange.from_json(value["ranges"])
        value["feature_names"] = tuple(value["feature_names"])
        return cls(**value)
