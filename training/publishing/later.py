"""Which of two fitted models is better? Told only by rows later than the last label that either of them learned from.

On earlier rows one of them has seen the answers, so only recipes can be compared there. Right after a training there is no later
row; a candidate that waited, or was trained `--as-of` an earlier day, has some.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.engine.batch import compute_snapshots
from features.home import Home
from features.log.store import EventLog
from features.times import DAY, Timestamp, format_time, month_starts
from models.bundle import load_model, model_manifest
from models.model import Model
from models.rows import FloatArray, Rows
from training.examples import Derived, newest_mature, widened
from training.gates.result import GateResult
from training.labels.labels import observed_by, received
from training.measures.resamples import Estimate, Resamples, differences
from training.publishing.pointer import live_models
from training.question import Question
from training.records.report import TrainingReport

_RESAMPLES = 300
_FEWEST = 200


@dataclass(frozen=True)
class Later:
    """The candidate less the live model, by its main measure (lower is better), on rows later than both models' last label."""

    live: str
    measure: str
    difference: Estimate
    rows: int
    months: tuple[Timestamp, ...]


@dataclass(frozen=True)
class _Asked:
    """Everybody asked about at the later moments: rows, what came, and the customer of each as a code."""

    rows: Rows
    names: tuple[str, ...]
    truth: FloatArray
    customers: np.typing.NDArray[np.int32]


def compared_later(home: Home, question: Question, report: TrainingReport) -> Later | None:
    """Compare a candidate with the live model of its question; None where none is live, or no row is later than both.

    A live model that reads other columns cannot be asked about the same rows, and nothing is compared; nor are models of a
    question that is not asked month by month.
    """
    sha = live_models(home).get(question.name)
    if sha in (None, report.model_sha) or not question.by_month:
        return None
    made, signature = model_manifest(home, str(sha)), question.company.catalogue.signature
    data = made["provenance"]["data"]
    since = max(
        _last_label(question, int(data["as_of"]), data["label_means"]),
        _last_label(question, report.data.as_of, report.data.label_means),
    )
    log = EventLog.open(home)
    until = newest_mature(observed_by(log, None, sources=received(log, question.sources)), gap_days=question.gap_days)
    months = tuple(month for month in month_starts(since, until) if month >= since) if since <= until else ()
    if not months or made["signature"] != signature:
        return None
    asked = _asked(home, log, question, months=months)
    models = [load_model(home, each) for each in (report.model_sha, str(sha))]
    first, second = (_draws(question, model, asked) for model in models)
    difference = differences(first, second)[report.main_measure]
    return Later(str(sha), report.main_measure, difference, len(asked.truth), months)


def later_rows(found: Later | None) -> GateResult:
    """Refuse a model that is worse for sure than the live one on rows that neither has seen."""
    if found is None or found.rows < _FEWEST:
        seen = "no such rows" if found is None else f"{found.rows} such rows"
        needed, reason = f"{_FEWEST} rows later than both models' last label", "too few rows to compare the models themselves"
        return GateResult("later_rows", "passed", seen, needed, reason)
    off, worse = found.difference, found.difference.low > 0
    months = f"{format_time(found.months[0])[:7]} to {format_time(found.months[-1])[:7]}"
    return GateResult(
        "later_rows",
        "refused" if worse else "passed",
        f"{found.measure} {off.value:+.4f} [{off.low:+.4f}, {off.high:+.4f}] against live {found.live[:12]} "
        f"on {found.rows} rows, {months}",
        "interval reaches 0",
        "worse than the live model on months neither has seen" if worse else "not worse on months neither has seen",
    )


def days_until_closed(question: Question, trained: Iterable[str]) -> int:
    """Return after how many days a label had closed at the longest of the horizons trained, which may be fewer than are asked."""
    return question.gap_days - max(question.horizons_days) + max(int(days) for days in trained)


def _last_label(question: Question, newest: Timestamp, trained: Iterable[str]) -> Timestamp:
    """Return when the last label that a model learned from had closed."""
    return newest + days_until_closed(question, trained) * DAY


def _asked(home: Home, log: EventLog, question: Question, *, months: tuple[Timestamp, ...]) -> _Asked:
    labels = question.label(log, as_ofs=months, until=None)
    snapshots = compute_snapshots(home, question.company.catalogue, months)
    rows, truth, ids = [], [], []
    derived: list[Derived] = question.derived(home, snapshots)
    for label, shot, columns in zip(labels, snapshots, derived, strict=True):
        places = pc.index_in(label.ids, value_set=shot.ids)
        known = pc.is_valid(places)
        here = places.drop_null().to_numpy()
        rows.append(widened(shot, columns)[here])
        values = label.values[known.to_numpy(zero_copy_only=False)]
        truth.append(question.truth(values, {name: column[here] for name, column in columns.items()}))
        ids.append(label.ids.filter(known))
    names = (*snapshots[0].names, *derived[0])
    codes = pa.concat_arrays(ids).dictionary_encode().indices.to_numpy()
    return _Asked(np.concatenate(rows), names, np.concatenate(truth), codes)


def _draws(question: Question, model: Model, asked: _Asked) -> Mapping[str, FloatArray]:
    answers = question.answers(model.score(asked.rows, names=asked.names))
    return question.measure(answers, asked.truth, resamples=Resamples(asked.customers, count=_RESAMPLES, seed=0))
