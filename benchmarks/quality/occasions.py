"""What can be learned at one past moment, and who is asked about then: the same rows, features and labels for every contender."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.quality.cut_offs import cut_offs
from benchmarks.quality.data_sets import DataSet, complete_until
from features.company import Company
from features.engine.batch import compute_snapshots
from features.home import Home
from features.log.store import EventLog
from features.times import Timestamp, format_time
from models.examples import Examples
from models.rows import FloatArray, Rows, quantities
from training.examples import stack_examples, widened
from training.question import Question


@dataclass(frozen=True)
class Asked:
    """Who is asked about: a feature row each, and what became of them (a column an outcome), known only later."""

    ids: pa.Array
    rows: Rows
    names: tuple[str, ...]
    truth: FloatArray


@dataclass(frozen=True)
class Occasion:
    """One question about one data set at one cut-off. What is learned from was known at the cut-off."""

    data_set: DataSet
    home: Home
    question: Question
    cut_off: Timestamp

    @property
    def horizon_days(self) -> int:
        """Return how far ahead is asked."""
        return self.question.horizon_days

    @property
    def day(self) -> str:
        """Return the cut-off as a date."""
        return format_time(self.cut_off)[:10]

    @cached_property
    def learning(self) -> Examples:
        """Return one row per customer and month whose label had closed by the cut-off, as it was told then."""
        return stack_examples(self.home, self.question, as_of=self.cut_off).examples

    @cached_property
    def asked(self) -> Asked:
        """Return the customers the question is about whom the snapshot of the cut-off holds, with what became of them."""
        (label,) = self.question.label(EventLog.open(self.home), as_ofs=[self.cut_off], until=None)
        (snapshot,) = compute_snapshots(self.home, self.question.company.catalogue, [self.cut_off])
        (derived,) = self.question.derived(self.home, [snapshot])
        place = pc.index_in(label.ids, value_set=snapshot.ids)
        known = pc.is_valid(place)
        rows, truth = widened(snapshot, derived)[place.drop_null().to_numpy()], label.values[known.to_numpy(zero_copy_only=False)]
        return Asked(label.ids.filter(known), rows, (*snapshot.names, *derived), truth)

    @property
    def quantities(self) -> list[int]:
        """Return the columns that hold quantities; codes of texts are left out for everybody, ours and peers alike."""
        return quantities(self.asked.names)


def occasions(data_set: DataSet, work: Path, *, horizon_days: int, question_of: Callable[[Company], Question]) -> list[Occasion]:
    """Return the data set at every cut-off of the rule, oldest first."""
    home = data_set.home(work)
    question = question_of(data_set.company(home, horizon_days=horizon_days))
    moments = cut_offs(_begins(home), complete_until(home), horizon_days=horizon_days)
    return [Occasion(data_set, home, question, moment) for moment in moments]


def _begins(home: Home) -> Timestamp:
    log = EventLog.open(home)
    times = [log.bucket("purchases", bucket, columns=["occurred_at"])["occurred_at"] for bucket in range(log.manifest.buckets)]
    return int(min(pc.min(column.cast(pa.int64())).as_py() for column in times if len(column)))
