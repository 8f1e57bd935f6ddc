"""How is a value model fitted: the rhythm once, the trees for each horizon, and what customers cost beyond what they bring."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from models.examples import Examples
from models.learners.boosting import Boosting, BoostingData, BoostingPreset, bin_rows, fit_boosting
from models.learners.btyd import RhythmNotFound, TooFewPurchases
from models.learners.gamma_gamma import SpendingNotFound
from models.learners.gamma_gamma import TooFewBuyers as TooFewSpenders
from models.learners.special import logit
from models.learners.target import Target
from models.model import ColumnRange
from models.rows import FloatArray, Rows
from models.value.members import Losses, Member, OnePart, RecentMember, RhythmMember, TwoPart
from models.value.model import HorizonValue, ValueModel, level_of
from models.value.money import Money
from models.value.recipe import RecipeInvalid, TooFewBuyers, ValueRecipe
from models.value.rhythm import Beginning, Outlook, Rhythm, fit_rhythm

_FEWEST_BUYERS = 50
_FEWEST_LOSSES = 1_000  # below, who costs more than they bring are too few to tell apart
_CUT_AT = 0.999  # of the amounts learned from: beyond, one customer would decide the total of all
_HALF_TRUSTED = 1_000  # rows at which trees may correct half of what they would: below, the rhythm knows more than they
_FLOOR = 0.001  # of the mean, so that a geometric mean with a forecast of nothing stays one


class NoRhythm(TooFewBuyers):
    """The recipe blends a purchase rhythm in, or takes its level, and there are too few repeat purchases to fit one."""


def fit_value(examples: Examples, *, recipe: ValueRecipe, seed: int, threads: int = 1) -> ValueModel:
    """Fit the recipe on all rows; the same examples, recipe and seed give the same model, byte for byte.

    `examples.labels`: margin less cost to serve within each of `recipe.horizons_days`; may be negative.

    Raises
    ------
    TooFewBuyers
        If within some horizon fewer than 50 rows brought anything, or a rhythm is blended in that cannot be fitted.
    RecipeInvalid
        If the labels have another number of horizons than the recipe.
    """
    return grow_value(examples, recipe=recipe, seed=seed, threads=threads)(recipe.preset)


def grow_value(examples: Examples, *, recipe: ValueRecipe, seed: int, threads: int = 1) -> Callable[[BoostingPreset], ValueModel]:
    """Return what fits the recipe with its trees grown in one way; for all ways rhythm and bins are made once.

    Raises
    ------
    TooFewBuyers, RecipeInvalid
        As `fit_value` does, before anything is grown.
    """
    _check(examples, recipe)
    rhythm = _rhythm_of(examples)
    if rhythm is None and recipe.needs_rhythm:
        raise NoRhythm(f"needed repeat purchases to fit a rhythm for {recipe.name}, found too few; use a recipe without `rhythm`")
    task = _Task(examples, recipe, rhythm, seed, threads, bin_rows(examples.rows, examples.names, preset=recipe.preset))
    ranges = ColumnRange.of(examples.rows)
    return lambda preset: _fitted(replace(task, recipe=replace(recipe, preset=preset)), ranges)


def _fitted(task: _Task, ranges: ColumnRange) -> ValueModel:
    examples, recipe = task.examples, task.recipe
    return ValueModel(
        recipe=recipe,
        feature_names=tuple(examples.names),
        signature=examples.signature,
        rhythm=task.rhythm,
        horizons=tuple(task.horizon(place) for place in range(len(recipe.horizons_days))),
        ranges=ranges,
    )


def _rhythm_of(examples: Examples) -> Rhythm | None:
    everyone = examples.population()
    with suppress(TooFewPurchases, RhythmNotFound, TooFewSpenders, SpendingNotFound):
        return fit_rhythm(everyone, examples.names, money=Money.of(everyone, examples.names))
    return None


def _check(examples: Examples, recipe: ValueRecipe) -> None:
    if examples.labels.shape[1] != len(recipe.horizons_days):
        raise RecipeInvalid(f"needed a label for each horizon {recipe.horizons_days}, found {examples.labels.shape[1]} columns")
    for days, buyers in zip(recipe.horizons_days, (examples.labels > 0).sum(axis=0).tolist(), strict=True):
        if buyers < _FEWEST_BUYERS:
            raise TooFewBuyers(
                f"needed {_FEWEST_BUYERS} rows of customers who brought something within {days} days, found {buyers} of "
                f"{len(examples.labels)}; import more history, or revenue and margin of purchases"
            )


@dataclass(frozen=True)
class _Task:
    """One fit: on which rows, by which recipe and rhythm, from which seed; `binned` are all rows, for what all rows tell of."""

    examples: Examples
    recipe: ValueRecipe
    rhythm: Rhythm | None
    seed: int
    threads: int
    binned: BoostingData

    @property
    def trust(self) -> float:
        """How far corrections learned from so many rows are believed, 0 to 1."""
        return len(self.examples.rows) / (len(self.examples.rows) + _HALF_TRUSTED)

    @property
    def preset(self) -> BoostingPreset:
        return replace(self.recipe.preset, rounds=max(1, round(self.recipe.preset.rounds * self.trust)))

    def horizon(self, place: int) -> HorizonValue:
        days, labels = self.recipe.horizons_days[place], self.examples.labels[:, place]
        gains = np.maximum(labels, 0.0)
        beginning = self._beginning(days, gains)
        outlook = beginning.outlook(self.examples.rows, self.examples.names)
        members = tuple(
            (name, weight, self._member(name, gains, outlook, beginning=beginning)) for name, weight in self.recipe.members
        )
        losses = self._losses(np.maximum(-labels, 0.0), f"value-{days}-loss")
        made = HorizonValue(beginning, members, losses, _FLOOR * float(gains.mean()))
        return self._anchored(made) if self.recipe.anchored else made

    def _anchored(self, horizon: HorizonValue) -> HorizonValue:
        everyone, names = self.examples.population(), self.examples.names
        anchor = horizon.beginning.outlook(everyone, names).expected
        return replace(horizon, level=float(level_of(horizon.gain(everyone, names), anchor)))

    def _member(self, name: str, gains: FloatArray, outlook: Outlook, *, beginning: Beginning) -> Member:
        stem = f"value-{beginning.days}-{name}"
        if name == TwoPart.kind:
            return self._two_part(gains, outlook, stem)
        if name == OnePart.kind:
            return self._one_part(gains, outlook, stem)
        return self._recent(beginning) if name == RecentMember.kind else RhythmMember()

    def _recent(self, beginning: Beginning) -> RecentMember:
        money = Money.of(self.examples.population(), self.examples.names)
        rate = money.recent_rate(self.examples.names, days=beginning.days)
        return RecentMember(replace(rate, worth=rate.worth * beginning.discount))

    def _beginning(self, days: int, gains: FloatArray) -> Beginning:
        """Learn what newcomers bring; one and two are added as if one of two more had brought what the others did."""
        unknown = Beginning(days, self.rhythm, self.recipe.discount(days), (0.5, np.nan))
        new = np.isnan(unknown.outlook(self.examples.rows, self.examples.names).amount)
        bought = gains > 0
        chance = (float((bought & new).sum()) + 1.0) / (float(new.sum()) + 2.0)
        amount = float(gains[bought & new].mean()) if (bought & new).sum() >= _FEWEST_BUYERS else float(gains[bought].mean())
        return replace(unknown, newcomers=(chance, amount))

    def _two_part(self, gains: FloatArray, outlook: Outlook, stem: str) -> TwoPart:
        bought = gains > 0
        chance = self._boosted(
            self.binned, replace(Target.binary(bought.astype(np.float64)), offset=np.asarray(logit(outlook.chance)))
        )
        rows, logarithms = self.examples.rows[bought], np.log(outlook.amount[bought])
        binned = bin_rows(rows, self.examples.names, preset=self.preset, threads=self.threads)
        amount = self._boosted(binned, Target.amount(np.log(gains[bought]) - logarithms))
        return TwoPart(chance, amount, self._level(_cut(gains)[bought], np.exp(logarithms + amount.scores(rows))), stem)

    def _one_part(self, gains: FloatArray, outlook: Outlook, stem: str) -> OnePart:
        came = _cut(gains)
        level = self._level(came, outlook.expected)
        begins = np.log(outlook.expected * level / came.mean())
        money = self._boosted(self.binned, replace(Target.tweedie(came / came.mean(), power=1.5), offset=begins))
        return OnePart(money, level, stem)

    def _losses(self, losses: FloatArray, stem: str) -> Losses:
        mean = float(losses.mean())
        if (losses > 0).sum() < _FEWEST_LOSSES:
            return Losses(mean, None, stem)
        return Losses(mean, self._boosted(self.binned, Target.tweedie(losses / mean)), stem)

    def _level(self, came: FloatArray, said: FloatArray) -> float:
        return float((came.sum() / said.sum()) ** self.trust)

    def _boosted(self, data: BoostingData, target: Target) -> Boosting:
        return fit_boosting(data, target, preset=self.preset, seed=self.seed)


def _cut(amounts: FloatArray) -> FloatArray:
    return np.minimum(amounts, np.quantile(amounts, _CUT_AT))


def member_gains(model: ValueModel, rows: Rows) -> dict[str, FloatArray]:
    """Return what each member says by itself, shape (rows, horizons)."""
    by_horizon = [horizon.gains(rows, model.feature_names) for horizon in model.horizons]
    return {name: np.stack([gains[name] for gains in by_horizon], axis=1) for name in by_horizon[0]}
