"""Who will leave: the labels, the members that compete, and how the churn model is chosen, graded and fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import ClassVar

import numpy as np

from features.company.schema import Company
from features.home import Home
from features.log.store import EventLog
from features.snapshot import Snapshot
from features.times import Timestamp
from models.churn import BASELINES, ChurnModel, ChurnRecipe, fit_churn
from models.churn.recipe import Definition
from models.examples import Examples
from models.learners.boosting import BoostingPreset
from models.learners.btyd import RhythmNotFound, TooFewPurchases
from models.rows import FloatArray, Rows
from training.contest import Answered, Contest, features_alone, graded_tables, pooled_draws
from training.examples import Derived, Say, StackedExamples
from training.labels.churn import days_to_mature, label_churn, sources_read
from training.labels.labels import Labels
from training.measures.binary import measure
from training.measures.resamples import Estimate, estimates
from training.questions.chances import Chances
from training.questions.churn_recipes import Contender, choose, contenders, members_to_fit
from training.records.pictures import draw_pictures
from training.records.report import CHOSEN, ContenderGrade
from training.walk_forward import answered_everywhere, walk

_RHYTHM = "mbg_nbd"
_AT_ONCE = 2


@dataclass(frozen=True)
class ChurnQuestion:
    """Who will leave within each horizon, as the company file defines leaving."""

    name: ClassVar[str] = "churn"
    company: Company
    preset: BoostingPreset = field(default=BoostingPreset())

    @property
    def definition(self) -> Definition:
        """Return what leaving means: `contract` or `activity`."""
        return self.company.churn.definition

    @property
    def horizons_days(self) -> tuple[int, ...]:
        """Return the horizons of the company, ascending."""
        return self.company.horizons_days

    @property
    def horizon_days(self) -> int:
        """Return the horizon that decisions look at."""
        return self.company.horizon_days

    @property
    def gap_days(self) -> int:
        """Return the longest horizon, and for `contract` the grace."""
        return days_to_mature(self.company)

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the sources that decide who left."""
        return sources_read(self.company)

    def label(self, log: EventLog, *, as_ofs: Sequence[Timestamp], until: Timestamp | None) -> list[Labels]:
        """Return who was at risk at each moment and who left, a column a horizon."""
        return label_churn(log, self.company, as_ofs=as_ofs, until=until)

    def derived(self, home: Home, snapshots: Sequence[Snapshot]) -> list[Derived]:  # noqa: ARG002 (the catalogue is enough here)
        """Return nothing: churn is learned from the catalogue's features."""
        return [{} for _ in snapshots]

    def contest(self, stacked: StackedExamples, *, seed: int, say: Say | None = None) -> Contest:
        """Let every blend and calibration compete at past moments, and grade the one chosen beside the baselines.

        Raises
        ------
        HistoryTooShort
            If there is no past moment to grade at.
        OneSided
            If in some fold nobody left, or everybody did.
        """
        return self.graded(self.walked(stacked, seed=seed, say=say), stacked, seed=seed)

    def walked(self, stacked: StackedExamples, *, seed: int, say: Say | None = None) -> Walked:
        """Let every blend and calibration answer at past moments, and choose one; not graded yet."""
        folds = walk(stacked, partial(self._answers, seed=seed), gap_days=self.gap_days, seed=seed, say=say)
        chances, learned = Chances(folds, self.gap_days, grows=self.definition == "contract"), answered_everywhere(folds)
        main = self.horizons_days.index(self.horizon_days)
        losses = {each: chances.loss(each, horizon=main) for each in contenders(learned)}
        return Walked(chances, losses, choose(losses), learned, main)

    def fit(self, stacked: StackedExamples, contest: Contest, *, seed: int) -> ChurnModel:
        """Fit the chosen recipe on all rows, two horizons at a time: LightGBM shares two cores badly, two fits do not."""
        walked: Walked = contest.chosen

        def fitted(place: int) -> ChurnModel:
            examples = replace(stacked.examples, labels=stacked.examples.labels[:, [place]])
            recipe = walked.chosen.recipe(self.definition, self.horizons_days[place : place + 1], preset=self.preset)
            return fit_churn(examples, recipe=recipe, seed=seed)

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            models = list(pool.map(fitted, range(len(self.horizons_days))))
        whole = replace(models[0], horizons=tuple(horizon for model in models for horizon in model.horizons))
        return whole.calibrated(walked.chances.calibrations(walked.chosen, self.horizons_days))

    def _answers(self, learning: Examples, tested: Rows, *, seed: int) -> Mapping[str, FloatArray]:
        rhythm, others = _split(members_to_fit(self.definition))
        answers = self._fitted_answers(learning, others, tested=tested, seed=seed)
        with suppress(TooFewPurchases, RhythmNotFound):  # the learner is left out, and the report says so
            answers |= self._fitted_answers(learning, rhythm, tested=tested, seed=seed) if rhythm else {}
        return answers

    def _fitted_answers(self, learning: Examples, members: Sequence[str], *, tested: Rows, seed: int) -> dict[str, FloatArray]:
        """Fit the members side by side and return what each says, not what their blend says."""
        weights = tuple((member, 1 / len(members)) for member in members)
        model = fit_churn(
            learning, recipe=ChurnRecipe("members", weights, self.definition, self.horizons_days, self.preset), seed=seed
        )
        fitted = [{name: member for name, _, member in horizon.members} for horizon in model.horizons]
        return {name: np.stack([each[name].log_odds(tested) for each in fitted], axis=1) for name in members}

    def graded(self, walked: Walked, stacked: StackedExamples, *, seed: int) -> Contest:
        """Grade what was chosen beside the baselines, on the same rows and the same draws of customers."""
        folds = [walked.answered(place, walked.main) for place in range(len(walked.chances.folds))]
        tested = np.concatenate([fold.fold.test for fold in walked.chances.folds])
        left = np.concatenate([fold.truth for fold in folds])
        tables = graded_tables(folds, measure, seed=seed)
        probabilities = np.concatenate([fold.answers[CHOSEN] for fold in folds])
        return Contest(
            recipe={
                "members": dict(walked.chosen.members),
                "calibration": walked.chosen.calibration,
                "preset": asdict(self.preset),
            },
            main_measure="log_loss",
            tables=tables,
            contenders=[
                ContenderGrade(each.blend, each.calibration, loss, each == walked.chosen) for each, loss in walked.losses.items()
            ],
            horizons={str(days): walked.at_horizon(place, seed=seed) for place, days in enumerate(self.horizons_days)},
            features_alone=features_alone(stacked.examples.rows[tested], left, names=stacked.examples.names),
            test_rows=len(left),
            test_positives=int(left.sum()),
            draw=partial(draw_pictures, folds=tables.folds, probabilities=probabilities, left=left),
            chosen=walked,
            left_out=tuple(member for member in members_to_fit(self.definition) if member not in walked.learned),
        )


@dataclass(frozen=True)
class Walked:
    """The members' answers at every origin, the contenders with their loss at the main horizon, and the one chosen.

    `opposite`: graded is the chance that a customer does not leave, or does not stay silent: what `purchase` asks.
    """

    chances: Chances
    losses: dict[Contender, float]
    chosen: Contender
    learned: tuple[str, ...]
    main: int
    opposite: bool = False

    def answered(self, place: int, horizon: int) -> Answered:
        """Return what the chosen blend and the baselines answered at one origin, for one horizon."""
        fold = self.chances.folds[place]
        recipe = self.chances.probabilities(self.chosen, place)
        baselines = {name: self.chances.member(name, place)[:, horizon] for name in BASELINES if name in self.learned}
        answers, truth = {CHOSEN: recipe[:, horizon], **baselines}, fold.labels[:, horizon]
        if self.opposite:
            answers, truth = {name: 1.0 - answer for name, answer in answers.items()}, 1.0 - truth
        return Answered.of(fold, answers, truth=truth)

    def at_horizon(self, horizon: int, *, seed: int) -> dict[str, Estimate]:
        """Return the measures of the chosen blend at one horizon, over all origins."""
        folds = [self.answered(place, horizon) for place in range(len(self.chances.folds))]
        recipe = [replace(fold, answers={CHOSEN: fold.answers[CHOSEN]}) for fold in folds]
        return estimates(pooled_draws(recipe, measure, seed=seed)[CHOSEN])


def _split(members: Sequence[str]) -> tuple[list[str], list[str]]:
    return [each for each in members if each == _RHYTHM], [each for each in members if each != _RHYTHM]
