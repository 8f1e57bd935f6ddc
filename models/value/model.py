"""What does a value model answer: the margin each customer brings within each horizon, less what serving costs, and how sure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from features.write_once import canonical_json
from models.churn.model import rising
from models.learners.boosting import BoostingPreset
from models.model import ColumnRange
from models.rows import FloatArray, Rows, check_columns
from models.value.acquisition import clv_to_cac
from models.value.intervals import ValueIntervals
from models.value.members import Losses, Member, read_losses, read_member
from models.value.money import column_of
from models.value.recipe import ValueRecipe
from models.value.rhythm import Beginning, Rhythm

_FACTS = "model.json"


@dataclass(frozen=True)
class HorizonValue:
    """What answers for one horizon: where its members begin, the members with their weights, and the losses.

    `floor`: the least gain a blend reckons with. `level`: by what factor the blend's total is brought to its anchor's; 1 without
    one. `season`: by what factor money of this season differed a year ago from what the same recipe said; 1 unless earlier
    seasons agree.
    """

    beginning: Beginning
    members: tuple[tuple[str, float, Member], ...]
    losses: Losses
    floor: float
    level: float = 1.0
    season: float = 1.0

    def gains(self, rows: Rows, names: Sequence[str]) -> dict[str, FloatArray]:
        """Return what each member says by itself, at least 0."""
        outlook = self.beginning.outlook(rows, names)
        return {name: member.gain(rows, outlook) for name, _, member in self.members}

    def gain(self, rows: Rows, names: Sequence[str]) -> FloatArray:
        """Return the blended gain at its level and in its season."""
        weights = [(name, weight) for name, weight, _ in self.members]
        return self.season * self.level * blended_gain(self.gains(rows, names), weights, floor=self.floor)

    def texts(self) -> dict[str, str]:
        """Return the texts of all trees, by file name."""
        members = {file: text for _, _, member in self.members for file, text in member.texts().items()}
        return {**members, **self.losses.texts()}

    def to_json(self) -> dict[str, Any]:
        """Return everything but the texts of trees as a JSON object."""
        members = [{"name": name, "weight": weight, "member": member.to_json()} for name, weight, member in self.members]
        facts = {"losses": self.losses.to_json(), "floor": self.floor, "level": self.level, "season": self.season}
        return {"beginning": self.beginning.to_json(), "members": members, **facts}

    @classmethod
    def from_json(cls, value: Mapping[str, Any], files: Mapping[str, bytes], *, rhythm: Rhythm | None) -> HorizonValue:
        """Return the model of one horizon that `to_json` wrote."""
        members = tuple((each["name"], each["weight"], read_member(each["member"], files)) for each in value["members"])
        beginning, losses = Beginning.from_json(value["beginning"], rhythm), read_losses(value["losses"], files)
        return cls(beginning, members, losses, value["floor"], value["level"], value["season"])


@dataclass(frozen=True)
class ValueModel:
    """A fitted value model. Immutable; may be shared between threads.

    `horizons` are those trained, rising; longer ones are extrapolated from the last of them. `intervals` belong to the main
    horizon; without them nothing is said of how sure an answer is.
    """

    kind: ClassVar[str] = "value"
    recipe: ValueRecipe
    feature_names: tuple[str, ...]
    signature: str
    rhythm: Rhythm | None
    horizons: tuple[HorizonValue, ...]
    ranges: ColumnRange
    intervals: ValueIntervals | None = field(default=None)

    @property
    def name(self) -> str:
        """Return the name of the recipe."""
        return self.recipe.name

    @property
    def horizons_days(self) -> tuple[int, ...]:
        """Return the horizons answered, rising; those extrapolated are the last."""
        return (*self.recipe.horizons_days, *self.recipe.beyond_days)

    def predict(self, rows: Rows, *, names: Sequence[str]) -> FloatArray:
        """Return margin less cost to serve within each horizon, discounted, company currency, shape (rows, horizons).

        What a customer brings never falls with the horizon; what one costs beyond that may grow faster, so the answer may fall,
        and be negative.

        Raises
        ------
        WrongColumns
            If `names` are not the model's, in its order.
        """
        check_columns(rows, names, self.feature_names)
        rounded = np.ascontiguousarray(rows, dtype=np.float32)
        gains = rising(np.stack([horizon.gain(rounded, self.feature_names) for horizon in self.horizons], axis=1))
        losses = np.stack([horizon.losses.loss(rounded) for horizon in self.horizons], axis=1)
        further = [self._beyond(rounded, days, gain=gains[:, -1], loss=losses[:, -1]) for days in self.recipe.beyond_days]
        return np.column_stack([gains - losses, *further])

    def score(self, rows: Rows, *, names: Sequence[str]) -> Mapping[str, FloatArray]:
        """Return `value_<days>`, and for the main horizon `value_low`, `value_high`, `value_extrapolated` and `value_clv_to_cac`.

        Eight in ten customers forecast alike brought between `value_low` and `value_high`; NaN where no past moment could tell.
        A forecast is a mean: where hardly anybody brings anything, it lies above `value_high`.
        `value_extrapolated` is 1.0 where the main horizon is longer than any that was trained. `value_clv_to_cac` is NaN where
        it is not known what winning the customer cost.
        """
        values = self.predict(rows, names=names)
        main = values[:, self.horizons_days.index(self.recipe.horizon_days)]
        ends = None if self.intervals is None else self.intervals.around(main)
        unknown = np.full(len(main), np.nan)
        return {
            **{f"value_{days}": values[:, place].copy() for place, days in enumerate(self.horizons_days)},
            "value_low": unknown if ends is None else ends.low,
            "value_high": unknown if ends is None else ends.high,
            "value_extrapolated": np.full(len(main), float(self.recipe.horizon_days in self.recipe.beyond_days)),
            "value_clv_to_cac": clv_to_cac(main, column_of(rows, names, "acquisition_cost")),
        }

    def adjusted(self, *, seasons: Sequence[float], intervals: ValueIntervals | None) -> ValueModel:
        """Return the model with a factor for each horizon's season, and with intervals."""
        horizons = tuple(replace(each, season=season) for each, season in zip(self.horizons, seasons, strict=True))
        return replace(self, horizons=horizons, intervals=intervals)

    def to_files(self) -> dict[str, bytes]:
        """Return the model as files: LightGBM texts, and one JSON for all the rest."""
        texts = {file: text.encode() for horizon in self.horizons for file, text in horizon.texts().items()}
        facts = {"feature_names": self.feature_names, "signature": self.signature, "ranges": asdict(self.ranges)}
        learned = {
            "recipe": asdict(self.recipe),
            "rhythm": self.rhythm and self.rhythm.to_json(),
            "horizons": [horizon.to_json() for horizon in self.horizons],
            "intervals": self.intervals and self.intervals.to_json(),
        }
        return {**texts, _FACTS: canonical_json({**facts, **learned})}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> ValueModel:
        """Return the model that `to_files` wrote; the bytes must have been checked by their hash before."""
        value = json.loads(files[_FACTS])
        rhythm = value["rhythm"] and Rhythm.from_json(value["rhythm"])
        return cls(
            recipe=_recipe(value["recipe"]),
            feature_names=tuple(value["feature_names"]),
            signature=value["signature"],
            rhythm=rhythm,
            horizons=tuple(HorizonValue.from_json(each, files, rhythm=rhythm) for each in value["horizons"]),
            ranges=ColumnRange.from_json(value["ranges"]),
            intervals=value["intervals"] and ValueIntervals.from_json(value["intervals"]),
        )

    def _beyond(self, rows: Rows, days: int, *, gain: FloatArray, loss: FloatArray) -> FloatArray:
        """Return the value of a horizon nobody could train: gains grow as the rhythm says they do, losses with the days."""
        longest = self.horizons[-1].beginning
        further = replace(longest, days=days, discount=self.recipe.discount(days))
        near, far = (each.outlook(rows, self.feature_names).expected for each in (longest, further))
        known = near < far  # a newcomer's outlook is the same for every horizon: its money comes with the days
        longer = days / longest.days
        return np.asarray(gain * np.where(known, far / near, longer) - loss * longer)


def blended_gain(
    gains: Mapping[str, FloatArray], weights: Sequence[tuple[str, float]], *, floor: FloatArray | float
) -> FloatArray:
    """Return the weighted geometric mean of the members' gains: sizes differ by factors, and no one member decides them.

    >>> blended_gain({"a": np.array([4.0]), "b": np.array([9.0])}, [("a", 0.5), ("b", 0.5)], floor=0.01).round(6).tolist()
    [6.0]
    """
    logarithms = [weight * np.log(np.maximum(gains[name], floor)) for name, weight in weights]
    return np.asarray(np.exp(np.sum(logarithms, axis=0)))


def level_of(said: FloatArray, anchor: FloatArray) -> FloatArray:
    """Return the factor that brings the total of what is said of everybody to that of the anchor, a row a customer.

    1 where either expects nothing of anybody: then no factor can.

    >>> level_of(np.array([[1.0, 0.0], [3.0, 0.0]]), np.array([[2.0, 5.0], [6.0, 5.0]])).tolist()
    [2.0, 1.0]
    """
    own, wanted = said.sum(axis=0), anchor.sum(axis=0)
    both = (own > 0) & (wanted > 0)
    return np.asarray(np.where(both, wanted / np.where(both, own, 1.0), 1.0))


def _recipe(value: Mapping[str, Any]) -> ValueRecipe:
    tuples = {name: tuple(value[name]) for name in ("horizons_days", "beyond_days")}
    members = tuple((name, weight) for name, weight in value["members"])
    return ValueRecipe(**{**value, **tuples, "members": members, "preset": BoostingPreset(**value["preset"])})
