"""What will customers buy next: past moments to learn from, the walk forward, and the model fitted on all of them.

A row is a customer and a category, read from the purchases themselves and not from a snapshot, so needs are trained beside the
engine: at moments one horizon apart, back from the newest whose labels have closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.home import Home
from features.log.store import EventLog
from features.times import DAY, Timestamp
from models.learners.boosting import BoostingPreset
from models.needs import (
    COLUMNS,
    CategoryDays,
    Habits,
    Market,
    NeedsExamples,
    NeedsModel,
    TooFewNeeds,
    candidates,
    categories_of,
    fit_needs,
    pair_rows,
    visible_purchases,
)
from models.needs.fit import PRESET
from models.rows import BoolArray, FloatArray, Rows
from training.folds import HistoryTooShort
from training.labels.categories import bought_categories
from training.labels.labels import observed_by
from training.records.report import CHOSEN

HORIZON_DAYS = 28
"""Four whole weeks: what is bought by the week is bought in each of them, and the end of a month falls into every one."""

_MOST_CATEGORIES = 500
_MOST_CUSTOMERS = 20_000
_PAIRS_A_MOMENT = 25_000
_MOST_MOMENTS = 13
_WARM_DAYS = 84  # the longest window of the habits: before it is full, habits look younger than they are
_MOST_FOLDS, _FEWEST_BEFORE = 6, 2


@dataclass(frozen=True)
class NeedsQuestion:
    """From which categories will each customer buy within the horizon, among those who bought lately."""

    horizon_days: int = HORIZON_DAYS
    preset: BoostingPreset = PRESET


@dataclass(frozen=True)
class PurchaseLines:
    """The purchases of whole buckets, all versions: a random part of the customers where there are very many.

    Customers are spread over buckets by a hash, so the first buckets are a sample as good as any. `named_by`: the moment by which
    a category must have been bought from to be told apart.
    """

    buckets: tuple[pa.Table, ...]
    observed_until: Timestamp
    named_by: Timestamp

    @classmethod
    def read(cls, home: Home) -> PurchaseLines:
        """Read buckets until there are enough customers to learn from."""
        log, tables, customers = EventLog.open(home), [], 0
        for bucket in range(log.manifest.buckets):
            tables.append(log.bucket("purchases", bucket, COLUMNS))
            customers += len(pc.unique(tables[-1]["customer_id"]))
            if customers >= _MOST_CUSTOMERS:
                break
        until = observed_by(log, None, sources=("purchases",))["purchases"]
        return cls(tuple(tables), until, named_by=until)

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """Return the categories that are told apart: those that most customers bought from, as known by `named_by`.

        Raises
        ------
        TooFewNeeds
            If fewer than two are named.
        """
        visible = [visible_purchases(rows, self.named_by) for rows in self.buckets]
        found = categories_of(visible, most=_MOST_CATEGORIES)
        if len(found) < 2:
            raise TooFewNeeds(f"needed purchases of two categories or more, found {len(found)}; import purchases with theirs")
        return found

    def habits(self, as_of: Timestamp) -> Iterator[tuple[pa.Table, Habits]]:
        """Give the rows of each bucket, and what its customers had bought by `as_of`."""
        for rows in self.buckets:
            yield rows, Habits.of(CategoryDays.of(visible_purchases(rows, as_of), self.categories), as_of)

    def market(self, as_of: Timestamp) -> Market:
        """Return what customers bought at `as_of`, and bought together."""
        return Market.of(habits for _, habits in self.habits(as_of))

    def moments(self, horizon_days: int) -> tuple[Timestamp, ...]:
        """Return the midnights whose labels have closed, one horizon apart, the oldest first.

        Raises
        ------
        HistoryTooShort
            If there are fewer than three: two to learn from, one to be asked about.
        """
        newest = self.observed_until // DAY * DAY - horizon_days * DAY
        starts = [pc.min(rows["occurred_at"]).cast(pa.int64()).as_py() for rows in self.buckets if len(rows)]
        oldest = min(starts, default=newest + DAY) + _WARM_DAYS * DAY
        found = tuple(range(newest, oldest - 1, -horizon_days * DAY))[:_MOST_MOMENTS][::-1]
        if len(found) <= _FEWEST_BEFORE:
            raise HistoryTooShort(
                f"needs are learned at moments {horizon_days} days apart, {_WARM_DAYS} days after the first purchase: needed "
                f"{_FEWEST_BEFORE + 1}, found {len(found)}. Import more history"
            )
        return found


@dataclass(frozen=True)
class AnsweredNeeds:
    """One past moment: what each contender scored every customer and category, and from which the customer then bought.

    Only customers who bought anything in the horizon are kept: whether somebody comes back at all is another question.
    `scores`: NaN for what is not weighed. `new`: the customer had never bought from the category.
    """

    origin: Timestamp
    learned_pairs: int
    ids: pa.StringArray
    scores: dict[str, FloatArray]
    bought: BoolArray
    new: BoolArray


def fit_all(lines: PurchaseLines, question: NeedsQuestion, *, seed: int) -> NeedsModel:
    """Fit on every moment whose labels have closed: the model that ships, with the market of today."""
    moments = lines.moments(question.horizon_days)
    today = lines.observed_until // DAY * DAY
    return _Learning(lines, question, seed).fitted(moments, today=today, until=lines.observed_until)[0]


def walk_needs(lines: PurchaseLines, question: NeedsQuestion, *, seed: int) -> list[AnsweredNeeds]:
    """Ask at the newest six moments, each of a model fitted on what had closed by then; the oldest first.

    Asked about are the categories that were known at the first of them: which of the others would catch on, nobody knew.
    """
    moments = lines.moments(question.horizon_days)
    places = range(_FEWEST_BEFORE, len(moments))[-_MOST_FOLDS:]
    learning = _Learning(replace(lines, named_by=moments[places[0]]), question, seed)
    return [_answered(learning, moments[:place], origin=moments[place]) for place in places]


def next_categories(home: Home, model: NeedsModel, *, as_of: Timestamp, most: int = 10) -> Iterator[pa.Table]:
    """Give, bucket by bucket, the likeliest categories of every customer who bought lately, as of the midnight before a moment.

    Habits are counted in whole days, as they were where the model learned.

    Columns: customer_id, rank (1 is the likeliest), category, chance, new (never bought from before).
    """
    log, today = EventLog.open(home), as_of // DAY * DAY
    for bucket in range(log.manifest.buckets):
        visible = visible_purchases(log.bucket("purchases", bucket, COLUMNS), today)
        habits = Habits.of(CategoryDays.of(visible, model.market.categories), today)
        found = model.next_categories(habits, most=most)
        customers, ranks = np.nonzero(found.places >= 0)
        names = pa.array(found.categories, pa.string()).take(pa.array(found.places[customers, ranks]))
        yield pa.table(
            {
                "customer_id": habits.ids.take(pa.array(customers)),
                "rank": ranks + 1,
                "category": names,
                "chance": found.chances[customers, ranks],
                "new": found.new[customers, ranks],
            }
        )


@dataclass(frozen=True)
class _Drawn:
    """Customers drawn at one past moment, bucket by bucket, and the market of that moment."""

    market: Market
    parts: tuple[tuple[pa.Table, Habits], ...]

    def pairs(self, as_of: Timestamp, *, horizon_days: int, until: Timestamp) -> tuple[Rows, FloatArray]:
        """Return the pairs that are weighed for the customers drawn, labelled as was known by `until`."""
        rows, labels = [], []
        for lines, habits in self.parts:
            weighed = candidates(habits, self.market)
            rows.append(pair_rows(habits, self.market)[weighed])
            bought = bought_categories(lines, habits, as_of=as_of, horizon_days=horizon_days, until=until)
            labels.append(bought[weighed].astype(np.float64))
        return np.concatenate(rows), np.concatenate(labels)


class _Learning:
    """What each past moment teaches; every moment is read once, however many folds learn from it."""

    def __init__(self, lines: PurchaseLines, question: NeedsQuestion, seed: int) -> None:
        self.lines, self.question, self.seed = lines, question, seed
        self._drawn: dict[Timestamp, _Drawn] = {}

    def fitted(self, moments: Sequence[Timestamp], *, today: Timestamp, until: Timestamp) -> tuple[NeedsModel, int]:
        """Fit on the moments, labelled as was known by `until`; return the model and of how many pairs it learned."""
        days = self.question.horizon_days
        pairs = [self._at(as_of).pairs(as_of, horizon_days=days, until=until) for as_of in moments]
        rows, labels = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
        examples = NeedsExamples(rows, labels, self.lines.market(today), days)
        return fit_needs(examples, seed=self.seed, preset=self.question.preset), len(labels)

    def _at(self, as_of: Timestamp) -> _Drawn:
        if as_of not in self._drawn:
            found = [*self.lines.habits(as_of)]
            market = Market.of(habits for _, habits in found)
            share = _PAIRS_A_MOMENT / max(sum(int(candidates(habits, market).sum()) for _, habits in found), 1)
            random = np.random.default_rng([self.seed, as_of])
            parts = tuple((lines, habits.of_some(random.random(len(habits.ids)) < share)) for lines, habits in found)
            self._drawn[as_of] = _Drawn(market, parts)
        return self._drawn[as_of]


def _answered(learning: _Learning, before: Sequence[Timestamp], *, origin: Timestamp) -> AnsweredNeeds:
    model, pairs = learning.fitted(before, today=origin, until=origin)
    asked, lines = {"as_of": origin, "horizon_days": learning.question.horizon_days}, learning.lines
    parts = [
        (habits, model.chances(habits), bought_categories(rows, habits, **asked, until=lines.observed_until))
        for rows, habits in lines.habits(origin)
    ]
    bought = np.concatenate([part[2] for part in parts])
    came = bought.any(axis=1)
    chances = np.concatenate([part[1] for part in parts])[came]
    owned = np.concatenate([habits.days for habits, _, _ in parts])[came]
    popular = np.where(np.isnan(chances), np.nan, model.market.popularity_28d)
    return AnsweredNeeds(
        origin=origin,
        learned_pairs=pairs,
        ids=pa.concat_arrays([habits.ids for habits, _, _ in parts]).filter(pa.array(came)),
        # a popularity is at most 1: halved, it decides between categories bought on as many days and nothing else
        scores={CHOSEN: chances, "repeat_frequency": owned + popular / 2, "popularity": popular},
        bought=bought[came],
        new=owned == 0,
    )
