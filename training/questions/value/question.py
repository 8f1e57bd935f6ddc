"""What is each customer worth: the labels, the members that compete, and how the value model is chosen, graded and fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import ClassVar

import numpy as np

from features.log.store import EventLog
from features.times import Timestamp
from models.examples import Examples
from models.learners.boosting import BoostingPreset
from models.rows import FloatArray, Rows
from models.value import MEMBERS, NoRhythm, TooFewBuyers, ValueIntervals, ValueModel, ValueRecipe, fit_value, member_gains
from models.value.money import Money
from models.value.recipe import VALUE_PRESET
from training.contest import Answered, Contest, Measure, features_alone, graded_tables, pooled_draws
from training.examples import Say, StackedExamples
from training.folds import walk_forward_folds
from training.labels.labels import Labels
from training.labels.margin import MarginTerms, label_margin
from training.measures import amounts
from training.measures.resamples import Estimate, estimates
from training.outcomes import Outcomes
from training.question import AskedByCompany, Recipe
from training.questions.value.findings import findings
from training.questions.value.folds import (
    FEWEST_FOLDS,
    FLOOR,
    LOSSES,
    HeldOut,
    Seasons,
    ValueFolds,
    broadcast,
    levels,
)
from training.questions.value.recipes import (
    BLENDS,
    EVERY_MEMBER,
    WITHOUT_RHYTHM,
    Blend,
    choose,
    contenders,
    loss,
    season_agrees,
)
from training.records.report import CHAMPION, CHOSEN, ContenderGrade
from training.records.value_pictures import draw_value_pictures
from training.walk_forward import MOST_ROWS_A_FOLD, answered_everywhere, at_most, walk

BASELINES = ("mean", "own_past_rate", "btyd_gamma_gamma")
"""The named baselines: what all bring on average; the customer's own rate of the past year; rhythm and size of purchases."""

MAIN_MEASURE = "mae"


@dataclass(frozen=True)
class ValueQuestion(AskedByCompany):
    """What each customer known brings within each horizon, less the cost of serving, discounted by the company's rate.

    `trained_days`: the horizons trained, out of the company's; longer ones are extrapolated. None: all of them.
    """

    name: ClassVar[str] = "value"
    definition: ClassVar[str] = "margin_less_service"
    trained_days: tuple[int, ...] | None = None
    preset: BoostingPreset = field(default=VALUE_PRESET)

    @property
    def learned_days(self) -> tuple[int, ...]:
        """Return the horizons trained."""
        return self.horizons_days if self.trained_days is None else self.trained_days

    @property
    def gap_days(self) -> int:
        """Return the longest horizon trained."""
        return max(self.learned_days)

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the sources that decide what a customer brought; one that was never received holds nothing up."""
        return MarginTerms.of(self.company, received=("purchases", "tickets")).sources

    def label(self, log: EventLog, *, as_ofs: Sequence[Timestamp], until: Timestamp | None) -> list[Labels]:
        """Return what every customer known at each moment brought, a column a horizon trained."""
        terms = MarginTerms.of(self.company, received=log.manifest.observed_until, horizons_days=self.learned_days)
        return label_margin(log, terms, as_ofs=as_ofs, until=until)

    @property
    def measure(self) -> Measure:
        """Return the measures of amounts."""
        return amounts.measure

    def answers(self, said: Mapping[str, FloatArray]) -> FloatArray:
        """Return the money foretold at the main horizon, or at the longest trained if that is shorter."""
        return said[f"value_{self.learned_days[self.main]}"]

    def outcomes(self, answers: FloatArray, truth: FloatArray) -> Outcomes:
        """Return the money foretold and what came."""
        return Outcomes.of_amounts(answers, truth)

    def contest(self, stacked: StackedExamples, *, seed: int, champion: Recipe | None = None, say: Say | None = None) -> Contest:
        """Let every blend compete at past moments, and grade the one chosen beside the baselines.

        Raises
        ------
        HistoryTooShort
            If there is no past moment to grade at.
        TooFewBuyers
            If in some fold hardly anybody brought anything.
        """
        origins = [fold.origin for fold in walk_forward_folds(stacked.examples.as_ofs, gap_days=self.gap_days)]
        folds = walk(stacked, partial(self._answers, origins=origins, seed=seed), gap_days=self.gap_days, seed=seed, say=say)
        seasons = Seasons.of(stacked, [each.fold for each in folds], newest=stacked.newest.as_of)
        past = ValueFolds(folds, seasons, self.gap_days, self.main)
        walked = replace(_Walked.of(past), champion=self._champion(stacked, past, champion, seed=seed))
        return self._graded(walked, stacked, seed=seed)

    def _champion(
        self, stacked: StackedExamples, past: ValueFolds, recipe: Recipe | None, *, seed: int
    ) -> tuple[FloatArray, ...] | None:
        """Return what the live model's recipe would have foretold in every fold; None where it could not be fitted in all.

        Its members are fitted only where its trees were grown otherwise.
        """
        if recipe is None:
            return None
        preset, blend = BoostingPreset(**recipe["preset"]), Blend(tuple(recipe["members"].items()), recipe["anchored"])
        if preset != self.preset:
            origins = [each.fold.origin for each in past.folds]
            answers = partial(replace(self, preset=preset)._answers, origins=origins, seed=seed)
            past = replace(past, folds=walk(stacked, answers, gap_days=self.gap_days, seed=seed))
        name = next((name for name, each in BLENDS.items() if each == blend), None)
        if name is None or not blend.asks <= set(answered_everywhere(past.folds)):
            return None
        seasonal = bool(recipe["season"])
        return tuple(past.forecasts(name, place, seasonal=seasonal)[:, past.main] for place in range(len(past.folds)))

    def fit(self, stacked: StackedExamples, contest: Contest, *, seed: int) -> ValueModel:
        """Fit the chosen blend on all rows, with the ends learned from the folds and the season if earlier ones agree."""
        walked: _Walked = contest.chosen
        model = fit_value(stacked.examples, recipe=self._recipe(BLENDS[walked.chosen]), seed=seed)
        newest = np.nan_to_num(walked.past.seasons.newest, nan=1.0) if walked.seasonal else np.ones(len(self.learned_days))
        return model.adjusted(seasons=newest.tolist(), intervals=self._intervals(stacked, walked, seed=seed))

    @property
    def _main_is_trained(self) -> bool:
        return self.horizon_days in self.learned_days

    @property
    def main(self) -> int:
        """Return the place of the main horizon, or of the longest trained if the main one is longer."""
        return self.learned_days.index(self.horizon_days) if self._main_is_trained else len(self.learned_days) - 1

    def _recipe(self, blend: Blend) -> ValueRecipe:
        return ValueRecipe(
            blend.members,
            self.learned_days,
            self.horizon_days,
            beyond_days=tuple(days for days in self.horizons_days if days > self.gap_days),
            discount_rate=self.company.discount_rate,
            preset=self.preset,
            anchored=blend.anchored,
        )

    def _intervals(self, stacked: StackedExamples, walked: _Walked, *, seed: int) -> ValueIntervals | None:
        """Learn the ends for the shipped model: from all folds, so from each season there was; None beyond what was trained."""
        if not self._main_is_trained:
            return None
        if len(walked.past.folds) < FEWEST_FOLDS and (held_out := self._held_out(stacked.examples, seed=seed)):
            return held_out.intervals(walked.chosen, self.main)
        return walked.past.intervals(walked.forecasts(self.main), range(len(walked.past.folds)))

    def _answers(self, learning: Examples, tested: Rows, *, origins: Sequence[Timestamp], seed: int) -> Mapping[str, FloatArray]:
        model, everyone = self._members(learning, seed=seed), learning.population()
        said, money = self._said(model, tested), Money.of(everyone, learning.names)
        drawn = everyone[at_most(np.arange(len(everyone)), MOST_ROWS_A_FOLD, seed=seed)]
        said |= broadcast(levels(member_gains(model, drawn), floors=said[FLOOR][0]), len(tested))
        rates = [money.past_rate(tested, learning.names, days=days) * model.recipe.discount(days) for days in self.learned_days]
        few = np.isin(origins, learning.as_ofs).sum() < FEWEST_FOLDS
        held_out = self._held_out(learning, seed=seed) if few else None
        return {
            **said,
            **broadcast({"mean": learning.labels.mean(axis=0)}, len(tested)),
            **({"btyd_gamma_gamma": said["rhythm"]} if "rhythm" in said else {}),
            "own_past_rate": np.stack(rates, axis=1),
            **(held_out.ends(said, self.main) if held_out else {}),
        }

    def _said(self, model: ValueModel, rows: Rows) -> dict[str, FloatArray]:
        losses = np.stack([each.losses.loss(rows) for each in model.horizons], axis=1)
        floors = broadcast({FLOOR: np.array([each.floor for each in model.horizons])}, len(rows))
        return {**member_gains(model, rows), **floors, LOSSES: losses}

    def _held_out(self, learning: Examples, *, seed: int) -> HeldOut | None:
        """Ask half the customers of members that learned from the other half; None where a half is too few to learn from."""
        mine = learning.customers % 2 == 0
        columns = ("rows", "labels", "customers", "as_ofs")
        half = replace(learning, **{name: getattr(learning, name)[mine] for name in columns}, everyone=learning.population())
        with suppress(TooFewBuyers):
            said = self._said(self._members(half, seed=seed), learning.rows[~mine])
            return HeldOut.of(said, learning.labels[~mine], as_ofs=learning.as_ofs[~mine])
        return None

    def _members(self, learning: Examples, *, seed: int) -> ValueModel:
        """Fit every member; without the rhythm where there are too few repeat purchases for one, and the report says so."""
        try:
            return fit_value(learning, recipe=self._recipe(Blend(EVERY_MEMBER)), seed=seed)
        except NoRhythm:
            return fit_value(learning, recipe=self._recipe(Blend(WITHOUT_RHYTHM)), seed=seed)

    def _graded(self, walked: _Walked, stacked: StackedExamples, *, seed: int) -> Contest:
        folds = [walked.answered(place, walked.past.main) for place in range(len(walked.past.folds))]
        tested = np.concatenate([each.fold.test for each in walked.past.folds])
        came = np.concatenate([fold.truth for fold in folds])
        tables = graded_tables(folds, self.measure, seed=seed)
        forecasts = np.concatenate([fold.answers[CHOSEN] for fold in folds])
        return Contest(
            recipe={**walked.blend, "season": walked.seasonal, "preset": asdict(self.preset)},
            main_measure=MAIN_MEASURE,
            tables=tables,
            contenders=walked.grades(),
            horizons={str(days): walked.at_horizon(place, seed=seed) for place, days in enumerate(self.learned_days)},
            features_alone=features_alone(
                stacked.examples.rows[tested], (came > 0).astype(np.float64), names=stacked.examples.names
            ),
            test_rows=len(came),
            test_positives=int((came > 0).sum()),
            draw=partial(draw_value_pictures, folds=tables.folds, forecasts=forecasts, came=came),
            chosen=walked,
            answered=folds,
            left_out=tuple(name for name in MEMBERS if name not in walked.learned),
            findings=findings(walked.past, walked.chosen, walked.forecasts(walked.past.main))
            | {"horizons": [{"days": days, "trained": int(days in self.learned_days)} for days in self.horizons_days]},
        )


@dataclass(frozen=True)
class _Walked:
    """What every fold says, the blends with their loss at the main horizon, the one chosen, and whether seasons agree.

    `champion`: what the live model's recipe would have foretold at the main horizon, by fold.
    """

    past: ValueFolds
    learned: tuple[str, ...]
    losses: Mapping[str, float]
    chosen: str
    seasonal: bool
    champion: tuple[FloatArray, ...] | None = None

    @classmethod
    def of(cls, past: ValueFolds) -> _Walked:
        """Choose by the rule of `value_recipes`."""
        learned, main = answered_everywhere(past.folds), past.main
        came = [fold.labels[:, main] for fold in past.folds]
        everywhere = range(len(past.folds))

        def said(blend: str, *, seasonal: bool = False) -> list[FloatArray]:
            return [past.forecasts(blend, place, seasonal=seasonal)[:, main] for place in everywhere]

        losses = {blend: loss(said(blend), came) for blend in contenders(learned)}
        chosen, known = choose(losses), past.with_year_before()
        told = [[each[place] for place in known] for each in (said(chosen), said(chosen, seasonal=True), came)]
        return cls(past, learned, losses, chosen, season_agrees(*told))

    @property
    def blend(self) -> dict[str, object]:
        return {"members": dict(BLENDS[self.chosen].members), "anchored": BLENDS[self.chosen].anchored}

    def forecasts(self, horizon: int) -> list[FloatArray]:
        """Return what the recipe would have said, by fold."""
        folds = range(len(self.past.folds))
        return [self.past.forecasts(self.chosen, place, seasonal=self.seasonal)[:, horizon] for place in folds]

    def answered(self, place: int, horizon: int) -> Answered:
        fold, recipe = self.past.folds[place], self.forecasts(horizon)[place]
        beside = {name: fold.answers[name][:, horizon] for name in BASELINES if name in self.learned}
        if self.champion and horizon == self.past.main:
            beside[CHAMPION] = self.champion[place]
        return Answered.of(fold, {CHOSEN: recipe, **beside}, truth=fold.labels[:, horizon])

    def at_horizon(self, horizon: int, *, seed: int) -> dict[str, Estimate]:
        folds = [self.answered(place, horizon) for place in range(len(self.past.folds))]
        recipe = [replace(fold, answers={CHOSEN: fold.answers[CHOSEN]}) for fold in folds]
        return estimates(pooled_draws(recipe, amounts.measure, seed=seed)[CHOSEN])

    def grades(self) -> list[ContenderGrade]:
        season = "season" if self.seasonal else "none"
        return [
            ContenderGrade(name, season if name == self.chosen else "none", loss, name == self.chosen)
            for name, loss in self.losses.items()
        ]
