"""Whom do today's new customers resemble: learned from earlier cohorts, graded on later ones, listed with what they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.company.schema import Company
from features.home import Home
from features.log.store import EventLog
from features.times import Timestamp
from models.examples import Examples
from models.lookalikes import Likeness, NewCustomers, TooFewNewCustomers, Trait, equals, fit_likeness, high_performers, is_new
from models.rows import FloatArray, Rows
from training.contest import Answered, Tables, graded_tables
from training.examples import Say, StackedExamples, stack_examples
from training.folds import Fold, walk_forward_folds
from training.labels.labels import Labels
from training.labels.margin import MarginTerms, label_margin
from training.measures.binary import measure
from training.question import AskedByCompany
from training.records.report import CHOSEN

VALUE_SO_FAR = "value_so_far"
"""The baseline: who has brought more than others of the same age until now will bring more later."""

_SO_FAR = "purchases_revenue_lifetime"


@dataclass(frozen=True)
class LookAlike:
    """A new customer who resembles the high performers: the chance to become one, and the traits shared with them."""

    customer_id: str
    chance: float
    shared: tuple[Trait, ...]


@dataclass(frozen=True)
class LookAlikes:
    """Today's look-alikes, the likeliest first, and how far such a list can be trusted.

    `new`: how many customers are new. `learned_from`: new customers of the past. `tables`: chances graded on later cohorts
    beside the value brought so far; AUC and lift of the top tenth are what counts. `outlook_days`: how long value is counted.
    """

    as_of: Timestamp
    outlook_days: int
    new: int
    learned_from: int
    traits: tuple[Trait, ...]
    tables: Tables
    customers: tuple[LookAlike, ...]

    @property
    def beats_value_so_far(self) -> bool:
        """Say whether likeness ranks new customers better than what they brought so far, by an interval that leaves out 0."""
        return self.tables.differences[VALUE_SO_FAR]["auc"].low > 0


def find_look_alikes(home: Home, company: Company, *, as_of: Timestamp | None = None, say: Say | None = None) -> LookAlikes:
    """Learn from the new customers of the past, grade it on later ones, and list who of today's resembles the best.

    Raises
    ------
    TooFewNewCustomers
        If too few were new in the past, or at no past moment there were enough to grade at.
    HistoryTooShort
        If no past moment is old enough.
    """
    question = _LaterValue(company, EventLog.open(home))
    stacked = stack_examples(home, question, as_of=as_of, say=say)
    new = np.flatnonzero(is_new(stacked.examples.rows, stacked.examples.names))
    likeness = fit_likeness(_cohorts(stacked.examples, new))
    tables = graded_tables(_answered(stacked, new, gap_days=question.gap_days), measure, seed=0)
    today, rows = stacked.newest, np.asarray(stacked.newest.matrix)
    found = np.flatnonzero(is_new(rows, likeness.names))
    return LookAlikes(
        as_of=today.as_of,
        outlook_days=question.gap_days,
        new=len(found),
        learned_from=len(new),
        traits=likeness.traits,
        tables=tables,
        customers=_listed(likeness, today.ids.take(pa.array(found)), rows=rows[found]),
    )


@dataclass(frozen=True)
class _LaterValue(AskedByCompany):
    """What stacking asks: the margin of every customer within the company's main horizon."""

    log: EventLog

    @property
    def gap_days(self) -> int:
        return self.company.horizon_days

    @property
    def sources(self) -> tuple[str, ...]:
        return self._terms.sources

    @property
    def _terms(self) -> MarginTerms:
        received = self.log.manifest.observed_until
        return MarginTerms.of(self.company, received=received, horizons_days=(self.company.horizon_days,))

    def label(self, log: EventLog, *, as_ofs: Sequence[Timestamp], until: Timestamp | None) -> list[Labels]:
        return label_margin(log, self._terms, as_ofs=as_ofs, until=until)


def _cohorts(examples: Examples, rows: npt.NDArray[np.intp]) -> NewCustomers:
    return NewCustomers(examples.rows[rows], examples.names, examples.labels[rows, 0], examples.as_ofs[rows])


def _answered(stacked: StackedExamples, new: npt.NDArray[np.intp], *, gap_days: int) -> list[Answered]:
    """Ask at each past moment with enough earlier new customers whose value had been known by then."""
    folds = [
        replace(fold, train=np.intersect1d(fold.train, new), test=np.intersect1d(fold.test, new))
        for fold in walk_forward_folds(stacked.examples.as_ofs, gap_days=gap_days)
    ]
    answered = [answer for fold in folds if len(fold.test) for answer in _graded(stacked, fold)]
    if not answered:
        raise TooFewNewCustomers(
            f"needed a past moment with new customers, and enough others new before it to learn from; found none of {len(folds)} "
            "moments. Import more history"
        )
    return answered


def _graded(stacked: StackedExamples, fold: Fold) -> list[Answered]:
    """Return one moment's answers; none where too few were new before it, or nobody stood out at it."""
    tested = _cohorts(stacked.examples, fold.test)
    high = high_performers(tested)
    learned = stacked.part(fold.train, known_at=fold.origin)
    try:
        likeness = fit_likeness(_cohorts(learned, np.arange(len(learned.rows))))
    except TooFewNewCustomers:
        return []
    so_far = np.nan_to_num(tested.rows[:, tested.names.index(_SO_FAR)].astype(np.float64))
    answers = {CHOSEN: likeness.chance(tested.rows, tested.names), VALUE_SO_FAR: _ranked(so_far, among=equals(tested))}
    customers = stacked.examples.customers[fold.test]
    return [Answered(fold.origin, len(fold.train), answers, high.astype(np.float64), customers)] if high.any() else []


def _ranked(values: FloatArray, *, among: npt.NDArray[np.intp]) -> FloatArray:
    """Return for each value the share of those it is among that are no more: high performers are told apart among equals too.

    >>> _ranked(np.array([1.0, 3.0, 10.0, 30.0]), among=np.array([0, 0, 1, 1])).round(2).tolist()
    [0.33, 0.67, 0.33, 0.67]
    """
    shares = np.empty(len(values))
    for group in np.unique(among):
        own = among == group
        shares[own] = np.searchsorted(np.sort(values[own]), values[own], side="right") / (own.sum() + 1)
    return shares


def _listed(likeness: Likeness, ids: pa.StringArray, *, rows: Rows) -> tuple[LookAlike, ...]:
    chances, alike = likeness.chance(rows, likeness.names), likeness.resembles(rows, likeness.names)
    chosen = [place for place in np.argsort(-chances, kind="stable") if alike[place]]
    shared = likeness.shared(rows[chosen])
    return tuple(
        LookAlike(ids[int(place)].as_py(), float(chances[place]), tuple(traits))
        for place, traits in zip(chosen, shared, strict=True)
    )
