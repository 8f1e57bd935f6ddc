"""What did every method say at each month: fitted on what was known then, asked about who was at risk, listing the likeliest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.errors import Refused
from features.reports.backtest import AT_RANDOM, BY_MONEY, MODEL, MONEY_ALONE
from features.stages.past import PastStages, past_stages
from features.times import Timestamp
from models.examples import Examples
from models.rows import BoolArray, FloatArray, Rows
from models.value.money import Money
from training.backtest.lists import Lists, chance_listed
from training.backtest.recipe import Recipe
from training.examples import Say, StackedExamples
from training.labels.churn import Departures, departures
from training.questions.churn.champion import OWN
from training.questions.churn.chances import Chances
from training.questions.churn.learned_weights import LEARNED, Sharing
from training.questions.churn.members import Members
from training.questions.churn.question import ChurnQuestion
from training.questions.churn.recipes import learned_from
from training.questions.churn.rules import rule_scores
from training.questions.churn.season import season_of
from training.walk_forward import AnsweredFold, answered_everywhere, walk

PEERS = ("health", "recency", "rfmt", "rfm_logistic", "mbg_nbd")


@dataclass(frozen=True)
class Walked:
    """The lists of all months, who stood on none because they had left already, and how many rows each month learned from.

    `ids`: of each month, the customers of its rows. `stages`: the names of the stages by code; `order`: as they follow in life.
    `money`: what margin is counted in, None where no purchase has an amount. `until`: the moment taken for today, if one was.
    """

    lists: Lists
    ids: tuple[pa.Array, ...]
    noticed: tuple[int, ...]
    train_rows: tuple[int, ...]
    stages: tuple[str, ...]
    order: tuple[str, ...]
    money: str | None
    until: Timestamp | None


class MemberMissing(Refused):
    """A member of the recipe could not be fitted at some month, so nobody could have used the recipe then."""


@dataclass(frozen=True)
class Walk:
    """How the past is walked: by which recipe, over how many months, with how many calls a list, as if today were `until`."""

    question: ChurnQuestion
    recipe: Recipe
    months: int
    capacity: int
    until: Timestamp | None = None
    seed: int = 0

    def through(self, stacked: StackedExamples, *, say: Say | None = None) -> Walked:
        """Let every method answer at each month, and draw up the lists of the last so many.

        Raises
        ------
        HistoryTooShort
            If there is no month to ask at.
        OneSided
            If by every month nobody had left yet, or everybody had.
        MemberMissing
            If the recipe could not have been used at some month.
        """
        answered = self._answered(stacked, say=say)
        scores = _scores(answered, self, stacked)[-self.months :]
        folds, company = answered[-self.months :], self.question.company
        origins = [fold.fold.origin for fold in folds]
        gone = departures(stacked.log, company, as_ofs=origins, until=self.until)
        past = past_stages(stacked.log.home, company, origins)
        rows = [_MonthRows(stacked, fold, left, past) for fold, left in zip(folds, gone, strict=True)]
        money = _counted_in(stacked)
        return Walked(
            lists=Lists.joined([
                month.lists(said, walk=self, by_money=money is not None) for month, said in zip(rows, scores, strict=True)
            ]),
            ids=tuple(month.ids for month in rows),
            noticed=tuple(int((~month.listable).sum()) for month in rows),
            train_rows=tuple(len(fold.fold.train) for fold in folds),
            stages=tuple(stage.name for stage in company.stage_set.stages),
            order=company.stage_set.order,
            money=money,
            until=self.until,
        )  # fmt: skip

    def _answered(self, stacked: StackedExamples, *, say: Say | None) -> tuple[AnsweredFold, ...]:
        question, main = self.question, self.question.horizons_days.index(self.question.horizon_days)
        wanted = self.recipe.members(question.definition)
        members = Members(question.company, question.definition, wanted, (main,), self.seed, self.recipe.asked.preset)
        origins = self.recipe.origins(self.months, gap_days=question.gap_days)
        answer = partial(_answers, members)
        folds = walk(stacked, answer, gap_days=question.gap_days, seed=self.seed, origins=origins, say=say)
        return tuple(fold.of_horizon(main) for fold in folds)


def _answers(members: Members, learning: Examples, tested: Rows) -> Mapping[str, FloatArray]:
    """Return the log-odds of the members, and of the rules how unsafe each row is."""
    rules = rule_scores(members.company, learning)
    return {**members.answers(learning, tested), **{name: -score(tested)[:, None] for name, score in rules.items()}}


def _scores(folds: tuple[AnsweredFold, ...], walk: Walk, stacked: StackedExamples) -> list[dict[str, FloatArray]]:
    """Return what each method says of the rows of each fold: the higher, the sooner called."""
    known, recipe = answered_everywhere(folds), walk.recipe
    chances = _chances(folds, walk, stacked)
    if missing := [name for name, _ in recipe.asked.contender.members if name not in (*known, LEARNED)]:
        raise MemberMissing(
            f"needed {', '.join(missing)} at each of {len(folds)} months, found too little to fit it by some; walk fewer "
            "months, or train again and back-test that recipe"
        )
    peers = [name for name in PEERS if name in known]
    return [
        {
            MODEL: chances.probabilities(recipe.asked.contender, place)[:, 0],
            **{name: fold.answers[name][:, 0] for name in peers},
            AT_RANDOM: np.zeros(len(fold.labels)),
        }
        for place, fold in enumerate(folds)
    ]


def _chances(folds: tuple[AnsweredFold, ...], walk: Walk, stacked: StackedExamples) -> Chances:
    question, recipe = walk.question, walk.recipe
    main = question.horizons_days.index(question.horizon_days)
    season = season_of(stacked, [fold.fold.origin for fold in folds]).at(main)
    chances = Chances(folds, question.gap_days, question.definition == "contract", season)
    if not recipe.asked.is_learned:
        return chances
    sharing = Sharing.of(chances, learned_from(answered_everywhere(folds), trees=recipe.asked.trees or OWN))
    return replace(chances, folds=sharing.joined(folds))


@dataclass(frozen=True)
class _MonthRows:
    """Who was asked about at one month, row for row: what they were, and what became of them."""

    stacked: StackedExamples
    fold: AnsweredFold
    departures: Departures
    past: PastStages

    @property
    def origin(self) -> Timestamp:
        return self.fold.fold.origin

    @cached_property
    def listable(self) -> BoolArray:
        """Who had left already by what was known then is not called to be kept."""
        return np.asarray(~self.departures.noticed[self._places])

    @property
    def ids(self) -> pa.Array:
        return self.stacked.asked[self.origin].filter(pa.array(self.listable))

    def lists(self, said: Mapping[str, FloatArray], *, walk: Walk, by_money: bool) -> Lists:
        rows, question = self.listable, walk.question
        margin = self._margin(question.horizon_days)
        beside = {BY_MONEY: said[MODEL] * np.maximum(margin, 0.0), MONEY_ALONE: margin} if by_money else {}
        ranked = {name: scores[rows] for name, scores in {**said, **beside}.items()}
        return Lists(
            origins=(self.origin,),
            months=np.zeros(int(rows.sum()), np.intp),
            customers=self.fold.customers[rows],
            stages=self._stages(question.company.default_stage_set)[rows],
            left=self.fold.labels[rows, 0] > 0,
            left_at=self.departures.left_at[self._places][rows],
            margin=margin[rows],
            listed={name: chance_listed(scores, walk.capacity) for name, scores in ranked.items()},
        )

    @cached_property
    def _places(self) -> npt.NDArray[np.intp]:
        found = pc.index_in(self.stacked.asked[self.origin], value_set=self.departures.ids)
        return np.asarray(found.to_numpy(), np.intp)

    def _stages(self, stage_set: str) -> npt.NDArray[np.intp]:
        places = pc.index_in(self.stacked.asked[self.origin], value_set=self.past.known(self.origin)).to_numpy()
        return np.asarray(self.past.at(self.origin, stage_set=stage_set).codes[places], np.intp)

    def _margin(self, days: int) -> FloatArray:
        examples = self.stacked.examples
        money = Money.of(self.stacked.everyone(self.origin), examples.names)
        return money.past_rate(examples.rows[self.fold.fold.test], examples.names, days=days)


def _counted_in(stacked: StackedExamples) -> str | None:
    """Return what margins are counted in at the newest month; None where no purchase has an amount."""
    examples, everyone = stacked.examples, stacked.examples.population()
    money = Money.of(everyone, examples.names)
    return money.kind if np.isfinite(money.so_far(everyone, examples.names)).any() else None
