"""Who takes an offer that is shown, within the answer time of its channel: the contest over past months, and the fit.

The recipe is fixed beforehand, so nothing is chosen on the months it is graded by; the contenders beside it show what its parts
bring.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from features.home import Home
from features.log.store import EventLog
from features.times import Timestamp
from models.offer.fit import OfferRecipe, fit_offers, offer_model
from models.offer.model import OfferModel
from models.offer.terms import terms_of
from models.rows import FloatArray
from training.contest import Answered, Contest, features_alone, graded_tables
from training.examples import Say, StackedExamples
from training.folds import Fold, HistoryTooShort, walk_forward_folds
from training.labels.acceptance import SOURCE
from training.labels.labels import Labels
from training.measures.expected import expected
from training.question import AskedYesOrNo, Recipe
from training.questions.estimated import ESTIMATED, estimated_findings
from training.questions.offer.baselines import baseline_answers
from training.questions.offer.effects import effects_of
from training.questions.offer.findings import by_offer
from training.questions.offer.stack import StackedExposures, columns_of, gap_days_of, label_customers, stack_exposures
from training.records.pictures import draw_pictures
from training.records.report import CHAMPION, CHOSEN, ContenderGrade
from training.walk_forward import MOST_ROWS_A_FOLD, at_most

WITHOUT_LEVELS = "offers_without_levels"
"""The contender whose offers have no level of their own."""


@dataclass(frozen=True)
class OfferQuestion(AskedYesOrNo):
    """Will the customer take the offer shown? Rows are exposures, and the horizon is the longest answer time of a channel."""

    name: ClassVar[str] = "offer"
    definition: ClassVar[str] = "acceptance"
    sources: ClassVar[tuple[str, ...]] = (SOURCE,)
    recipe: OfferRecipe = field(default=OfferRecipe())

    @property
    def by_month(self) -> bool:
        """Say that it is asked when an offer is shown, not of customers month by month."""
        return False

    @property
    def horizons_days(self) -> tuple[int, ...]:
        """Return the longest answer time of a channel."""
        return (self.horizon_days,)

    @property
    def horizon_days(self) -> int:
        """Return the longest answer time of a channel."""
        return max(channel.response_days for channel in self.company.channels)

    @property
    def gap_days(self) -> int:
        """Return the days from the start of a month until every answer to what was shown in it counts, or came too late."""
        return gap_days_of(self.company)

    def stack(self, home: Home, *, as_of: Timestamp | None = None, say: Say | None = None) -> StackedExposures:
        """Return every offer shown in the months that have closed."""
        return stack_exposures(home, self.company, as_of=as_of, say=say)

    def label(self, log: EventLog, *, as_ofs: Sequence[Timestamp], until: Timestamp | None) -> list[Labels]:
        """Return who was shown an offer in the month from each moment on, and who accepted one."""
        return label_customers(log, self.company, as_ofs=as_ofs, until=until)

    def contest(self, stacked: StackedExamples, *, seed: int, champion: Recipe | None = None, say: Say | None = None) -> Contest:
        """Let the recipe and the baselines answer of every offer shown in past months, by what had closed before each.

        Raises
        ------
        HistoryTooShort
            If there is no past month to grade.
        """
        exposures = _exposures(stacked)
        folds = _teaching(exposures, walk_forward_folds(exposures.examples.as_ofs, gap_days=self.gap_days))
        if say:
            say(f"grading at {len(folds)} past moments")
        told = [self._answered(exposures, fold, seed=seed) for fold in folds]
        by_same_recipe = champion is not None and dict(champion) == self.recipe.to_json()
        answered = [_without_contenders(each, champion=by_same_recipe) for each in told]
        graded = self._graded(exposures, answered, tested=np.concatenate([fold.test for fold in folds]), seed=seed)
        return replace(graded, contenders=_contenders(told))

    def fit(self, stacked: StackedExamples, contest: Contest, *, seed: int) -> OfferModel:
        """Fit the recipe on all exposures that have closed; it is asked about the offers of the company file."""
        exposures, recipe = _exposures(stacked), contest.chosen
        fitted = fit_offers(exposures.shown, recipe=recipe, seed=seed)
        effects = effects_of(exposures, self.company, seed=seed)
        model = offer_model(fitted, exposures.shown, columns=columns_of(self.company), effects=effects)
        return model.offering(terms_of(self.company))

    def answers(self, said: Mapping[str, FloatArray]) -> FloatArray:
        """Return the chance that an offer is taken: what is said of exposures, not of the customers of a snapshot."""
        return said["acceptance"]

    def _answered(self, stacked: StackedExposures, fold: Fold, *, seed: int) -> Answered:
        train = at_most(fold.train[stacked.heard_of(fold.origin)[fold.train]], MOST_ROWS_A_FOLD, seed=seed)
        labels = stacked.told_then(fold.origin)[:, None]
        learning = stacked.shown.take(train, labels=labels[train])
        asked = stacked.shown.take(fold.test, labels=stacked.examples.labels[fold.test])
        fitted = fit_offers(learning, recipe=self.recipe, seed=seed)
        plain = fitted.model.predict(asked.examples.rows, names=asked.examples.names)[:, 0]
        said = {CHOSEN: fitted.chances(asked), WITHOUT_LEVELS: plain}
        answers = {**said, **baseline_answers(learning, asked)}
        truth, customers, among = asked.examples.labels[:, 0], asked.examples.customers, asked.ids[1]
        return Answered(fold.origin, len(train), answers, truth, customers, among)

    def _graded(
        self, stacked: StackedExposures, answered: Sequence[Answered], *, tested: npt.NDArray[np.intp], seed: int
    ) -> Contest:
        tables = graded_tables(answered, self.measure, seed=seed)
        truth = np.concatenate([fold.truth for fold in answered])
        said = np.concatenate([fold.answers[CHOSEN] for fold in answered])
        examples = stacked.examples
        return Contest(
            recipe=self.recipe.to_json(),
            main_measure="log_loss",
            tables=tables,
            contenders=[],
            horizons={str(self.horizon_days): tables.pooled[CHOSEN]},
            features_alone=features_alone(examples.rows[tested], truth, names=examples.names),
            test_rows=len(truth),
            test_positives=int(truth.sum()),
            draw=partial(draw_pictures, folds=tables.folds, probabilities=said, left=truth),
            chosen=self.recipe,
            answered=answered,
            findings={
                "offers": by_offer(stacked.shown.take(tested, labels=truth[:, None]), said),
                "feedback": [*stacked.feedback],
                ESTIMATED: estimated_findings(answered, expected),
            },
        )


def _exposures(stacked: StackedExamples) -> StackedExposures:
    if not isinstance(stacked, StackedExposures):
        raise HistoryTooShort("needed exposures to learn acceptance from, found customers by month; stack them with the question")
    return stacked


def _teaching(stacked: StackedExposures, folds: Sequence[Fold]) -> list[Fold]:
    """Return the folds before which some offers had been accepted, and some not.

    Raises
    ------
    HistoryTooShort
        If there is none.
    """
    found = [fold for fold in folds if len(np.unique(stacked.told_then(fold.origin)[fold.train])) > 1]
    if not found:
        raise HistoryTooShort("grading needs a month before which some offers shown were accepted and some not, found none")
    return found


def _without_contenders(fold: Answered, *, champion: bool) -> Answered:
    """Return what the recipe and the baselines answered; the live model's recipe, if it is this one, answered the same."""
    named = {name: said for name, said in fold.answers.items() if name != WITHOUT_LEVELS}
    return replace(fold, answers={**named, **({CHAMPION: fold.answers[CHOSEN]} if champion else {})})


def _contenders(folds: Sequence[Answered]) -> list[ContenderGrade]:
    truth = np.concatenate([fold.truth for fold in folds])
    losses = {name: _loss(np.concatenate([fold.answers[name] for fold in folds]), truth) for name in (CHOSEN, WITHOUT_LEVELS)}
    return [
        ContenderGrade("offers", "levels by offer", losses[CHOSEN], True),
        ContenderGrade(WITHOUT_LEVELS, "none", losses[WITHOUT_LEVELS], False),
    ]


def _loss(chances: FloatArray, truth: FloatArray) -> float:
    return float(-np.where(truth > 0, np.log(chances), np.log1p(-chances)).mean())
