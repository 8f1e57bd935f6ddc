"""How is the past walked through and judged: from the log to the whole report."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from features.home import Home
from features.reports.backtest import BacktestReport, LeadTime, ListFigures, MonthFigures, Terms
from features.times import Timestamp
from models.rows import BoolArray
from training.backtest.lead_time import Runs, lead_time
from training.backtest.left.post_mortem import post_mortem
from training.backtest.measured import measured, net_by_money
from training.backtest.money import Calls, TermsAsked, break_even, savings, terms_of
from training.backtest.recipe import Recipe, recipe_to_try
from training.backtest.told.wording import assumptions_of, notes_of
from training.backtest.walk import Walk, Walked
from training.examples import Say, StackedExamples, stack_examples
from training.questions.churn.question import ChurnQuestion

MONTHS = 12


@dataclass(frozen=True)
class Asked:
    """What is asked of a back-test: how many months, on which terms, as if today were `as_of`."""

    months: int = MONTHS
    terms: TermsAsked = field(default=TermsAsked())
    as_of: Timestamp | None = None
    seed: int = 0


def backtest(home: Home, question: ChurnQuestion, *, asked: Asked, say: Say | None = None) -> BacktestReport:
    """Walk month by month through the last months with mature labels and say what the model would have brought.

    Raises
    ------
    HistoryTooShort
        If there is no month to ask at.
    OneSided
        If by every month nobody had left yet, or everybody had.
    MemberMissing
        If the recipe could not have been used at some month.
    """
    stacked = stack_examples(home, question, as_of=asked.as_of, say=say)
    recipe = recipe_to_try(question, stacked, seed=asked.seed, say=say)
    terms = terms_of(question.company, asked.terms, money=None)
    walk = Walk(question, recipe, asked.months, terms.capacity, asked.as_of, asked.seed)
    walked = walk.through(stacked, say=say)
    return _Judged(walked, replace(terms, money=walked.money), asked.seed).report(question, stacked, recipe=recipe, asked=asked)


@dataclass(frozen=True)
class _Judged:
    """What was walked, and by which terms and draws it is judged."""

    walked: Walked
    terms: Terms
    seed: int

    def report(self, question: ChurnQuestion, stacked: StackedExamples, *, recipe: Recipe, asked: Asked) -> BacktestReport:
        """Return everything that is told."""
        lists = self.walked.lists
        calls = Calls.of(lists, rest_days=question.horizon_days)
        runs = {name: Runs.of(lists, name) for name in lists.listed}
        return BacktestReport(
            model=question.name,
            definition=question.definition,
            horizon_days=question.horizon_days,
            as_of=int(stacked.newest.as_of),
            company=question.company.sha256,
            log_digest=stacked.log_digest,
            seed=self.seed,
            recipe=recipe.told,
            terms=self.terms,
            assumptions=assumptions_of(self.terms, question, recipe.told),
            notes=notes_of(self.walked, self.terms, asked_months=asked.months),
            pooled=self._figures(np.ones(len(lists.left), np.bool_), calls, noticed=sum(self.walked.noticed)),
            months=[self._month(place, calls) for place in range(len(lists.origins))],
            stages=self._stages(calls),
            lead=_known({name: lead_time(each, seed=self.seed) for name, each in runs.items()}),
            stage_lead=self._stage_lead(runs),
            net_by_money=net_by_money(lists, calls, terms=self.terms, seed=self.seed),
            savings=savings(calls, terms=self.terms) if self.terms.money else [],
            break_even=break_even(lists, calls, terms=self.terms, seed=self.seed) if self.terms.money else {},
            post_mortem=post_mortem(self.walked, stacked, question.company, seed=self.seed),
        )

    def _figures(self, rows: BoolArray, calls: Calls, *, noticed: int) -> ListFigures:
        figures = measured(self.walked.lists.where(rows), calls.where(rows), terms=self.terms, seed=self.seed)
        return replace(figures, noticed=noticed)

    def _month(self, place: int, calls: Calls) -> MonthFigures:
        lists, rows = self.walked.lists, self.walked.lists.months == place
        figures = self._figures(rows, calls, noticed=self.walked.noticed[place])
        return MonthFigures(lists.origins[place], self.walked.train_rows[place], int(rows.sum()) > self.terms.capacity, figures)

    def _stages(self, calls: Calls) -> dict[str, ListFigures]:
        """Return the part of the lists that stood in each stage, in the order of life."""
        lists = self.walked.lists
        found = {stage: self._figures(lists.stages == place, calls, noticed=0) for stage, place in self._stood_in()}
        return {stage: replace(figures, most_recall=None) for stage, figures in found.items()}

    def _stood_in(self) -> list[tuple[str, int]]:
        """Return the stages in which somebody stood and their codes, in the order of life."""
        places, stages = set(self.walked.lists.stages.tolist()), self.walked.stages
        return [(stage, stages.index(stage)) for stage in self.walked.order if stages.index(stage) in places]

    def _stage_lead(self, runs: dict[str, Runs]) -> dict[str, dict[str, LeadTime]]:
        parts = {
            stage: _known({name: lead_time(each.of_stage(place), seed=self.seed) for name, each in runs.items()})
            for stage, place in self._stood_in()
        }
        return {stage: part for stage, part in parts.items() if part}


def _known(found: dict[str, LeadTime | None]) -> dict[str, LeadTime]:
    return {name: lead for name, lead in found.items() if lead is not None}
