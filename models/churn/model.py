"""What does a churn model answer: the chance to leave within each horizon, and for whom the answer rests on too little."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, reduce
from typing import Any, ClassVar

import numpy as np

from features.references.ladders import Ladder
from features.write_once import canonical_json
from models.churn.interval import RateInterval
from models.churn.members import Member, read_member
from models.churn.recipe import Definition
from models.churn.together import Together, together
from models.learners.blend import blended
from models.learners.calibration import Calibration
from models.learners.special import expit
from models.model import ColumnRange
from models.rows import BoolArray, FloatArray, Rows, check_columns, missing_share

_FACTS = "model.json"
_ROWS_AT_ONCE = 65_536  # bounds the working memory; answers do not depend on it

CHURN_RESTS_ON_TOO_LITTLE = "churn_rests_on_too_little"
"""1.0 where the customer's features are too incomplete for the churn model, else 0.0."""


@dataclass(frozen=True)
class HorizonModel:
    """What answers for one horizon: members with their weights, a calibration, and the population's log-odds where none knows."""

    horizon_days: int
    members: tuple[tuple[str, float, Member], ...]
    calibration: Calibration
    population_log_odds: float

    def raw_log_odds(self, rows: Rows) -> FloatArray:
        """Return the members' blended log-odds before calibration."""
        answers = {name: member.log_odds(rows) for name, _, member in self.members}
        return blended(answers, self.weights, otherwise=self.population_log_odds)

    @property
    def weights(self) -> tuple[tuple[str, float], ...]:
        """Return the members' names with their weights."""
        return tuple((name, weight) for name, weight, _ in self.members)

    def to_json(self) -> dict[str, Any]:
        """Return everything but the texts of trees as a JSON object."""
        members = [{"name": name, "weight": weight, "member": member.to_json()} for name, weight, member in self.members]
        facts = {"horizon_days": self.horizon_days, "population_log_odds": self.population_log_odds}
        return {**facts, "members": members, "calibration": self.calibration.to_json()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any], files: Mapping[str, bytes]) -> HorizonModel:
        """Return the model of one horizon that `to_json` wrote."""
        members = tuple((each["name"], each["weight"], read_member(each["member"], files)) for each in value["members"])
        return cls(value["horizon_days"], members, Calibration.from_json(value["calibration"]), value["population_log_odds"])


@dataclass(frozen=True)
class ChurnModel:
    """A fitted churn model. Immutable; may be shared between threads.

    `feature_names` and `signature` say which rows it reads; `definition` what leaving means; `missing_limit` is the missing
    share that all but one in a thousand training rows kept. `interval` and `ladder`, where they were learned, say of the chance
    at the main horizon how sure it is, and where it stands among those at risk when the model was fitted.
    """

    kind: ClassVar[str] = "churn"
    name: str
    definition: Definition
    feature_names: tuple[str, ...]
    signature: str
    horizons: tuple[HorizonModel, ...]
    missing_limit: float
    ranges: ColumnRange
    interval: RateInterval | None = None
    ladder: Ladder | None = None

    @property
    def horizons_days(self) -> tuple[int, ...]:
        """Return the horizons, rising."""
        return tuple(horizon.horizon_days for horizon in self.horizons)

    def predict(self, rows: Rows, *, names: Sequence[str]) -> FloatArray:
        """Return the chance to leave, shape (rows, horizons); higher is more likely to leave.

        The chance never falls with the horizon for `contract` and never rises with it for `activity`, where a longer horizon
        means a longer silence. Ask `rests_on_too_little` which answers not to trust.

        Raises
        ------
        WrongColumns
            If `names` are not the model's, in its order.
        """
        return np.asarray(expit(self.log_odds(rows, names=names)))

    def score(self, rows: Rows, *, names: Sequence[str]) -> dict[str, FloatArray]:
        """Return the columns that are served: chances, how sure they are, where they stand, and which rest on too little.

        `churn_<days>` for each horizon; `churn_low` and `churn_high`, the interval for the rate at which customers scored alike
        leave, and `churn_percentile`, 0 to 100, higher is riskier, where they were learned; `churn_rests_on_too_little`, 1.0
        where an answer must carry a warning.
        """
        log_odds = self.log_odds(rows, names=names)
        columns = {f"churn_{days}": np.asarray(expit(log_odds[:, place])) for place, days in enumerate(self.horizons_days)}
        columns |= self._main(log_odds)
        return {**columns, CHURN_RESTS_ON_TOO_LITTLE: self.rests_on_too_little(rows).astype(np.float64)}

    def placed(self, interval: RateInterval, at_risk: Rows) -> ChurnModel:
        """Return the model with its interval, and with the ladder of the scores of who is at risk now."""
        if not len(at_risk):
            return replace(self, interval=interval, ladder=Ladder(()))
        main = self.horizons_days.index(interval.horizon_days)
        parts = [at_risk[start : start + _ROWS_AT_ONCE] for start in range(0, len(at_risk), _ROWS_AT_ONCE)]
        scores = [self.log_odds(part, names=self.feature_names)[:, main] for part in parts]
        return replace(self, interval=interval, ladder=Ladder.of(np.concatenate(scores)))

    def log_odds(self, rows: Rows, *, names: Sequence[str]) -> FloatArray:
        """Return the log-odds behind `predict`, calibrated and monotone over the horizons."""
        check_columns(rows, names, self.feature_names)
        rounded = np.ascontiguousarray(rows, dtype=np.float32)
        raw = self._raw_log_odds(rounded)
        columns = [horizon.calibration.apply(raw[:, place]) for place, horizon in enumerate(self.horizons)]
        return self.monotone(np.stack(columns, axis=1))

    def monotone(self, log_odds: FloatArray) -> FloatArray:
        """Return the nearest log-odds (a column a horizon) that go the one way which the definition of churn allows."""
        return rising(log_odds) if self.definition == "contract" else -rising(-log_odds)

    def rests_on_too_little(self, rows: Rows) -> BoolArray:
        """Return which rows lack more features than training rows usually did, or lack all: their answers are the population's.

        Trees give a smooth probability for an empty row too; whoever serves it must say that it means nothing.
        """
        share = missing_share(rows)
        return np.asarray((share > self.missing_limit) | (share == 1.0))

    def calibrated(self, calibrations: Mapping[int, Calibration]) -> ChurnModel:
        """Return the model with other calibrations, by horizon in days; horizons not named keep theirs."""
        horizons = (replace(each, calibration=calibrations.get(each.horizon_days, each.calibration)) for each in self.horizons)
        return replace(self, horizons=tuple(horizons))

    def to_files(self) -> dict[str, bytes]:
        """Return the model as files: LightGBM texts, and one JSON for all the rest."""
        members = [member for horizon in self.horizons for _, _, member in horizon.members]
        texts = {file: text.encode() for member in members for file, text in member.texts().items()}
        plain = {key: getattr(self, key) for key in ("name", "definition", "feature_names", "signature", "missing_limit")}
        horizons = [horizon.to_json() for horizon in self.horizons]
        beside = {"interval": None if self.interval is None else self.interval.to_json()}
        beside["ladder"] = None if self.ladder is None else {"rungs": list(self.ladder.rungs)}
        return {**texts, _FACTS: canonical_json({**plain, **beside, "ranges": asdict(self.ranges), "horizons": horizons})}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> ChurnModel:
        """Return the model that `to_files` wrote; the bytes must have been checked by their hash before."""
        value = json.loads(files[_FACTS])
        value["horizons"] = tuple(HorizonModel.from_json(each, files) for each in value["horizons"])
        value["ranges"] = ColumnRange.from_json(value["ranges"])
        value["feature_names"] = tuple(value["feature_names"])
        value["interval"] = value["interval"] and RateInterval.from_json(value["interval"])
        value["ladder"] = value["ladder"] and Ladder(tuple(value["ladder"]["rungs"]))
        return cls(**value)

    def _raw_log_odds(self, rows: Rows) -> FloatArray:
        """Return `HorizonModel.raw_log_odds` of every horizon, a column each; what they share is worked out once."""
        if len({horizon.weights for horizon in self.horizons}) > 1:
            return np.stack([horizon.raw_log_odds(rows) for horizon in self.horizons], axis=1)
        answers = {name: learner.log_odds(rows) for name, learner in self._learners.items()}
        return blended(answers, self.horizons[0].weights, otherwise=self._population_log_odds)

    @cached_property
    def _learners(self) -> Mapping[str, Together]:
        columns = zip(*(horizon.members for horizon in self.horizons), strict=True)
        return {column[0][0]: together([member for _, _, member in column]) for column in columns}

    @cached_property
    def _population_log_odds(self) -> FloatArray:
        return np.array([horizon.population_log_odds for horizon in self.horizons])

    def _main(self, log_odds: FloatArray) -> dict[str, FloatArray]:
        if self.interval is None or self.ladder is None:
            return {}
        main = log_odds[:, self.horizons_days.index(self.interval.horizon_days)]
        low, high = self.interval.bounds(main)
        return {"churn_low": low, "churn_high": high, "churn_percentile": self.ladder.percentile(main).astype(np.float64)}


def rising(columns: FloatArray) -> FloatArray:
    """Return the nearest rows (least squares) that never fall from left to right: isotonic regression by its min-max formula.

    >>> rising(np.array([[1.0, 3.0, 2.0]])).tolist()
    [[1.0, 2.5, 2.5]]
    """
    falls: BoolArray = np.asarray((columns[:, 1:] < columns[:, :-1]).any(axis=1))
    if not falls.any():
        return columns
    return np.where(falls[:, None], _pooled(columns), columns)


def _pooled(columns: FloatArray) -> FloatArray:
    width = columns.shape[1]
    means = {}
    for start in range(width):
        total = means[start, start] = columns[:, start]
        for end in range(start + 1, width):
            total = total + columns[:, end]
            means[start, end] = total / (end - start + 1)

    def fitted(place: int) -> FloatArray:
        lowest = (reduce(np.minimum, (means[start, end] for end in range(place, width))) for start in range(place + 1))
        return reduce(np.maximum, lowest)

    return np.stack([fitted(place) for place in range(width)], axis=1)
