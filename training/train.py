"""How does a model come to be: examples, a contest at past moments, the winner fitted on all mature rows, exported, recorded.

The folds grade the recipe. What ships is the same recipe fitted again on all mature rows, and the report says so. All sums are
made on one thread: on several they come out otherwise in the last digits, and the model would have another name.
"""

from __future__ import annotations

import tempfile
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from features.home import Home
from features.times import Timestamp, compact_time, format_time
from models.bundle.models import export_model
from models.model import Model
from training.contest import Contest
from training.evidence import grade_of
from training.examples import Say, StackedExamples
from training.groups import group_grades
from training.labels.labels import observed_by, received
from training.made_from import made_from
from training.publishing.champion import champion_of
from training.question import Question
from training.records.candidates import store_candidate
from training.records.environment import Environment
from training.records.report import Conditions, TrainingData, TrainingReport
from training.tracking.recording import Tracking
from training.tracking.run import OpenRun
from training.tuning.tune import Tuned, Tuning, tune


@dataclass(frozen=True)
class TrainingRun:
    """When and how a model is trained.

    `as_of` pretends that today is that moment. Without `tracking` the run is named by its content and MLflow is never imported.
    `tune`: how many ways to grow trees are tried first; 0 leaves them as they are. `repeats`: a run that is made again, perhaps
    from a log that has grown since; its trials are made again too.
    """

    trained_at: Timestamp
    as_of: Timestamp | None = None
    seed: int = 0
    tracking: Tracking | None = None
    tune: int = 0
    repeats: TrainingReport | None = None


@dataclass(frozen=True)
class MadeModel:
    """A model that is stored nowhere yet: what it was chosen by, and its report, which does not name it."""

    model: Model
    contest: Contest
    provenance: dict[str, Any]
    report: TrainingReport


@dataclass(frozen=True)
class TrainedModel:
    """A trained candidate: the name of the stored model, the model itself, and its report."""

    model_sha: str
    model: Model
    report: TrainingReport

    @property
    def run_id(self) -> str:
        """Return the run under which the candidate is stored."""
        return self.report.run_id


def train(home: Home, question: Question, *, run: TrainingRun, say: Say | None = None) -> TrainedModel:
    """Train the model that answers a question and store it as a candidate for promotion.

    Raises
    ------
    HistoryTooShort
        If no past moment can be graded.
    Refused
        If what happened is the same for everybody, or another learner finds nothing to learn; nothing was stored.
    """
    with _opened(run, question) as opened:
        made = make(home, question, run=run, say=say)
        sha = export_model(home, made.model, provenance=made.provenance)
        trained = TrainedModel(sha, made.model, replace(made.report, model_sha=sha))
        return _recorded(home, trained, contest=made.contest, opened=opened)


def make(home: Home, question: Question, *, run: TrainingRun, say: Say | None = None) -> MadeModel:
    """Make the model that answers a question, as `train` does, and store neither it nor its report."""
    with threadpool_limits(limits=1):
        stacked = _stacked(home, question, run=run, say=say)
        champion = None if run.repeats else champion_of(home, question)  # whoever is live now takes no part in what is repeated
        tuned = _tuned(home, question, stacked, run=run, say=say)
        contest = tuned.question.contest(stacked, seed=run.seed, champion=champion.recipe if champion else None, say=say)
        if say:
            say(f"fitting {question.name} on {len(stacked.examples.rows):,} rows")
        model = tuned.question.fit(stacked, contest, seed=run.seed)
        groups = group_grades(stacked, question, contest.answered, seed=run.seed)
    data = _data(stacked, question, model=model, as_of=run.as_of)
    report = replace(
        _report(contest, data, question=question, run=run),
        champion=champion.sha if champion else None,
        groups=groups,
        findings=contest.findings | tuned.findings,
    )
    return MadeModel(model, contest, _provenance(data, contest, question=question, run=run), report)


def _opened(run: TrainingRun, question: Question) -> AbstractContextManager[OpenRun | None]:
    """Open the run in MLflow before anything is learned: a store that does not answer is found out first."""
    return nullcontext() if run.tracking is None else run.tracking.run(question.name, at=run.trained_at)


def _stacked(home: Home, question: Question, *, run: TrainingRun, say: Say | None) -> StackedExamples:
    stacked = question.stack(home, as_of=run.as_of, say=say)
    return replace(stacked, log_digest=run.repeats.data.log_digest) if run.repeats else stacked


def _tuned(home: Home, question: Question, stacked: StackedExamples, *, run: TrainingRun, say: Say | None) -> Tuned:
    if not run.tune:
        return Tuned(question)
    kept = None if run.repeats else home
    return tune(question, stacked, tuning=Tuning(run.tune, run.seed, kept), say=say)


def _data(stacked: StackedExamples, question: Question, *, model: Model, as_of: Timestamp | None) -> TrainingData:
    examples = stacked.examples
    means = examples.labels.mean(axis=0)
    return TrainingData(
        as_of=int(examples.as_ofs.max()),
        log_digest=stacked.log_digest,
        company=question.company.sha256,
        features=model.signature,
        newest_snapshot=stacked.newest.digest,
        snapshots={format_time(as_of): snapshot.digest for as_of, snapshot in stacked.snapshots.items()},
        rows=len(examples.rows),
        customers=len(np.unique(examples.customers)),
        unknown_customers=stacked.unknown,
        # a horizon longer than the history bears is extrapolated, and has no label
        drawn_share=stacked.drawn_share,
        observed_until=observed_by(stacked.log, as_of, sources=received(stacked.log, question.sources)),
        label_means={str(days): float(mean) for days, mean in zip(question.horizons_days, means, strict=False)},
    )


def _provenance(data: TrainingData, contest: Contest, *, question: Question, run: TrainingRun) -> dict[str, Any]:
    return {
        "recipe": dict(contest.recipe),
        "definition": question.definition,
        "horizons_days": list(question.horizons_days),
        "horizon_days": question.horizon_days,
        "seed": run.seed,
        "data": asdict(data),
        "refitted_on_all_mature_rows": True,
    }


def _report(contest: Contest, data: TrainingData, *, question: Question, run: TrainingRun) -> TrainingReport:
    return TrainingReport(
        model=question.name,
        model_sha="",
        run_id="",
        trained_at=run.trained_at,
        definition=question.definition,
        horizon_days=question.horizon_days,
        seed=run.seed,
        data=data,
        main_measure=contest.main_measure,
        **vars(contest.tables),
        contenders=contest.contenders,
        horizons=contest.horizons,
        features_alone=contest.features_alone,
        test_rows=contest.test_rows,
        test_positives=contest.test_positives,
        refitted_rows=data.rows,
        left_out=contest.left_out,
        findings=contest.findings,
        grade=grade_of(question.name, contest, customers=data.customers),
        conditions=Conditions(run.as_of, run.tune, Environment.of_now()),
        made_from="" if run.tune else made_from(question, log_digest=data.log_digest, seed=run.seed, as_of=run.as_of),
    )


def _recorded(home: Home, trained: TrainedModel, *, contest: Contest, opened: OpenRun | None) -> TrainedModel:
    """Draw the pictures, store the candidate under the run's id, and record the run where runs are recorded."""
    report = replace(trained.report, run_id=_content_id(trained.report) if opened is None else opened.run_id)
    with tempfile.TemporaryDirectory() as folder:
        contest.draw(Path(folder))
        store_candidate(home, report, pictures=Path(folder))
        if opened:
            opened.record(home, report, model=trained.model, pictures=Path(folder))
    return replace(trained, report=report)


def _content_id(report: TrainingReport) -> str:
    return f"{report.model}-{compact_time(report.trained_at)}-{report.model_sha[:12]}"
