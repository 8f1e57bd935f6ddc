"""What does a transition model answer: the chance of each stage at the end of each horizon, and the days left in this one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from features.write_once import canonical_json
from models.model import ColumnRange
from models.rows import BoolArray, FloatArray, Rows, check_columns
from models.transition.columns import codes_of, stage_column
from models.transition.members import Member, read_member
from models.transition.stay import expected_days_left

_FACTS = "model.json"

LEAST_CHANCE = 1e-4
"""No stage that is possible gets less: what was never seen in a short history is rare, not impossible."""


@dataclass(frozen=True)
class HorizonModel:
    """What answers for one horizon: members with their weights, and which stage can follow which.

    `possible[from][to]`; one more row is for who stands in no known stage.
    """

    horizon_days: int
    members: tuple[tuple[str, float, Member], ...]
    possible: tuple[tuple[bool, ...], ...]

    def chances(self, rows: Rows, stood: np.typing.NDArray[np.intp]) -> FloatArray:
        """Return the chance of each stage, shape (n, stages), for rows that stand in these stages."""
        answers = {name: member.log_chances(rows) for name, _, member in self.members}
        return pooled(answers, [(name, weight) for name, weight, _ in self.members], possible=np.asarray(self.possible)[stood])

    def contributions(self, rows: Rows) -> FloatArray:
        """Return what each column adds to the score of each stage, shape (n, stages, columns + 1), over all members."""
        return np.asarray(sum(weight * member.contributions(rows) for _, weight, member in self.members))

    def to_json(self) -> dict[str, Any]:
        """Return everything but the texts of trees as a JSON object."""
        members = [{"name": name, "weight": weight, "member": member.to_json()} for name, weight, member in self.members]
        return {"horizon_days": self.horizon_days, "members": members, "possible": [list(row) for row in self.possible]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any], files: Mapping[str, bytes]) -> HorizonModel:
        """Return the model of one horizon that `to_json` wrote."""
        members = tuple((each["name"], each["weight"], read_member(each["member"], files)) for each in value["members"])
        return cls(value["horizon_days"], members, tuple(tuple(row) for row in value["possible"]))


@dataclass(frozen=True)
class TransitionModel:
    """A fitted transition model. Immutable; may be shared between threads.

    `feature_names`: the catalogue's, then the columns that tell where a customer stands. `stages`: those of `stage_set` in the
    order of their codes.
    """

    kind: ClassVar[str] = "transition"
    name: str
    feature_names: tuple[str, ...]
    signature: str
    stage_set: str
    stages: tuple[str, ...]
    horizons: tuple[HorizonModel, ...]
    ranges: ColumnRange

    @property
    def horizons_days(self) -> tuple[int, ...]:
        """Return the horizons, rising."""
        return tuple(horizon.horizon_days for horizon in self.horizons)

    def predict(self, rows: Rows, *, names: Sequence[str]) -> FloatArray:
        """Return the chance of each stage after each horizon, shape (rows, horizons x stages), all stages of a horizon together.

        Raises
        ------
        WrongColumns
            If `names` are not the model's, in its order.
        """
        return self.chances(rows, names=names).reshape(len(rows), -1)

    def chances(self, rows: Rows, *, names: Sequence[str]) -> FloatArray:
        """Return the answers of `predict` as (rows, horizons, stages); they add up to 1 over the stages."""
        check_columns(rows, names, self.feature_names)
        rounded, stood = np.ascontiguousarray(rows, dtype=np.float32), self.stood(rows)
        return np.stack([horizon.chances(rounded, stood) for horizon in self.horizons], axis=1)

    def score(self, rows: Rows, *, names: Sequence[str]) -> Mapping[str, FloatArray]:
        """Return `transition_<days>_<stage>`, and `transition_days_left`: NaN for who stands in no known stage."""
        chances = self.chances(rows, names=names)
        columns = {
            f"transition_{days}_{stage}": chances[:, place, code].copy()
            for place, days in enumerate(self.horizons_days)
            for code, stage in enumerate(self.stages)
        }
        return {**columns, "transition_days_left": self.days_left(chances, self.stood(rows))}

    def days_left(self, chances: FloatArray, stood: np.typing.NDArray[np.intp]) -> FloatArray:
        """Return the expected days left in the present stage (`expected_days_left`); NaN for who stands in no known stage."""
        known = stood < len(self.stages)
        still = chances[np.arange(len(chances)), :, np.where(known, stood, 0)]
        return np.where(known, expected_days_left(still, self.horizons_days), np.nan)

    def stood(self, rows: Rows) -> np.typing.NDArray[np.intp]:
        """Return the code of the stage each row stands in; one beyond the last where it is not known."""
        return codes_of(rows, self.feature_names.index(stage_column(self.stage_set)), stages=len(self.stages))

    def to_files(self) -> dict[str, bytes]:
        """Return the model as files: LightGBM texts, and one JSON for all the rest."""
        members = [member for horizon in self.horizons for _, _, member in horizon.members]
        texts = {file: text.encode() for member in members for file, text in member.texts().items()}
        plain = {key: getattr(self, key) for key in ("name", "feature_names", "signature", "stage_set", "stages")}
        horizons = [horizon.to_json() for horizon in self.horizons]
        return {**texts, _FACTS: canonical_json({**plain, "ranges": asdict(self.ranges), "horizons": horizons})}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> TransitionModel:
        """Return the model that `to_files` wrote; the bytes must have been checked by their hash before."""
        value = json.loads(files[_FACTS])
        value["horizons"] = tuple(HorizonModel.from_json(each, files) for each in value["horizons"])
        value["ranges"] = ColumnRange.from_json(value["ranges"])
        value |= {key: tuple(value[key]) for key in ("feature_names", "stages")}
        return cls(**value)


def pooled(answers: Mapping[str, FloatArray], weights: Sequence[tuple[str, float]], *, possible: BoolArray) -> FloatArray:
    """Return the members' chances as one: the exponential of their mean log-chances, over what is possible, adding up to 1.

    Parameters
    ----------
    answers
        The log-chances of each member, shape (n, stages); -inf counts as the logarithm of `LEAST_CHANCE`.
    possible : bool, shape (n, stages)
        Where False the chance is 0 exactly; a row in which nothing is possible does not occur.

    Examples
    --------
    >>> sure, unsure = np.log([[0.8, 0.2, 1e-9]]), np.log([[0.5, 0.25, 0.25]])
    >>> pooled({"a": sure, "b": unsure}, [("a", 0.5), ("b", 0.5)], possible=np.array([[True, True, False]])).round(3).tolist()
    [[0.739, 0.261, 0.0]]
    """
    logs = sum(weight * np.maximum(answers[name], np.log(LEAST_CHANCE)) for name, weight in weights)
    raw = np.where(possible, np.exp(logs), 0.0)
    held = np.where(possible, np.maximum(raw / raw.sum(axis=1, keepdims=True), LEAST_CHANCE), 0.0)
    return np.asarray(held / held.sum(axis=1, keepdims=True))
