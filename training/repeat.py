"""Does a stored run come out the same when it is done again: the same model to the last byte, and what differs if not."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from features.company import stored_company
from features.errors import Conflict
from features.home import Home
from features.log.store import EventLog
from features.times import format_time
from models.bundle.models import export_model
from training.examples import Say
from training.labels.labels import observed_by
from training.questions.registry import question_at
from training.records.candidates import stored_candidate
from training.records.environment import Environment
from training.records.report import Conditions, TrainingReport
from training.train import TrainingRun, make


class NotRepeatableHere(Conflict):
    """What a run learned from is not what the log says now, or the run did not write down how it was made."""


@dataclass(frozen=True)
class Repetition:
    """A run and the model it came to, the model it comes to now, and whatever differs between then and now, in words."""

    run_id: str
    model_sha: str
    again: str
    differences: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Say whether the same model came out."""
        return self.again == self.model_sha


def repeat(home: Home, model: str, *, run_id: str, say: Say | None = None) -> Repetition:
    """Train again what a stored run trained, from what the log said then; neither a model nor a report is stored.

    Raises
    ------
    CandidateMissing
        If there is no such run of that model.
    NotRepeatableHere
        If the log no longer tells what the run learned from, or the run is older than the conditions it would be repeated by.
    """
    report = stored_candidate(home, model, run_id=run_id).report
    conditions = _conditions(EventLog.open(home), report)
    question = question_at(home, model, stored_company(home, report.data.company), as_of=conditions.as_of)
    run = TrainingRun(report.trained_at, conditions.as_of, report.seed, tune=conditions.tune, repeats=report)
    made = make(home, question, run=run, say=say)
    with tempfile.TemporaryDirectory() as folder:
        again = export_model(Home(Path(folder)), made.model, provenance=made.provenance)
    changed = conditions.environment.differences(Environment.of_now())
    return Repetition(report.run_id, report.model_sha, again, (*changed, *_changed_data(report, made.report)))


def _conditions(log: EventLog, report: TrainingReport) -> Conditions:
    """Return how the run was made, once it is sure that the log still says what it said then."""
    conditions = report.conditions
    if conditions is None:
        raise NotRepeatableHere(f"needed the conditions of run {report.run_id}, found a report without them; train again")
    held = log.holds_before(report.data.log_digest)
    is_same_log = report.data.log_digest == log.digest
    holds = held is not None and (is_same_log or (conditions.as_of is not None and conditions.as_of <= held))
    if not holds or observed_by(log, conditions.as_of, sources=report.data.observed_until) != report.data.observed_until:
        raise NotRepeatableHere(_moved_on(log, report, conditions))
    return conditions


def _moved_on(log: EventLog, report: TrainingReport, conditions: Conditions) -> str:
    pretended = f" as of {format_time(conditions.as_of)}" if conditions.as_of is not None else ""
    return (
        f"needed what log {report.data.log_digest[:12]} said{pretended}, found log {log.digest[:12]}, which has grown or changed "
        "since. A run made with --as-of is repeated from a log that only grew; any run from a restored backup of its log"
    )


def _changed_data(then: TrainingReport, now: TrainingReport) -> list[str]:
    before, after = asdict(then.data), asdict(now.data)
    return [f"of the data: {name}" for name in before if before[name] != after[name]]
