"""How does a churn model come to be: examples, walk-forward, the recipe chosen, refitted on all mature rows, exported, recorded.

The folds grade the recipe. What ships is the same recipe fitted again on all mature rows, and the report says so.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from features.company.schema import Company
from features.home import Home
from features.times import Timestamp, compact_time, format_time
from models.bundle.models import export_model
from models.churn import ChurnModel, fit_churn
from models.learners.boosting import BoostingPreset
from training.examples import Say, StackedExamples, stack_examples
from training.grading import Grades, grade
from training.labels import days_to_mature
from training.recipes import members_to_fit
from training.records.candidates import store_candidate
from training.records.pictures import draw_pictures
from training.records.report import CHOSEN, TrainingData, TrainingReport
from training.records.tracking import Tracking
from training.walk_forward import WalkForward, WalkForwardPlan, walk_forward

MODEL = "churn"
_AT_ONCE = 2


@dataclass(frozen=True)
class TrainingRun:
    """When and how a model is trained.

    `as_of` pretends that today is that moment. Without `tracking` the run is named by its content and MLflow is never imported.
    """

    trained_at: Timestamp
    as_of: Timestamp | None = None
    seed: int = 0
    tracking: Tracking | None = None
    preset: BoostingPreset = field(default=BoostingPreset())


@dataclass(frozen=True)
class TrainedModel:
    """A trained candidate: the name of the stored model, the model itself, and its report."""

    model_sha: str
    model: ChurnModel
    report: TrainingReport

    @property
    def run_id(self) -> str:
        """Return the run under which the candidate is stored."""
        return self.report.run_id


def train_churn(home: Home, company: Company, *, run: TrainingRun, say: Say | None = None) -> TrainedModel:
    """Train the churn model of a company and store it as a candidate for promotion.

    Raises
    ------
    HistoryTooShort
        If no past moment can be graded.
    OneSided
        If nobody left within some horizon, or everybody did.
    """
    plan = _plan(company, run)
    stacked = stack_examples(home, company, as_of=run.as_of, say=say)
    walked = walk_forward(stacked, plan, say=say)
    _tell(say, f"fitting {walked.chosen.blend} on {len(stacked.examples.rows):,} rows")
    model = _refitted(stacked, walked, plan=plan)
    data = _data(stacked, company, plan=plan, model=model)
    sha = export_model(home, model, provenance=_provenance(data, walked, plan=plan))
    grades = grade(stacked, walked, plan=plan)
    report = _report(grades, walked, plan=plan, data=data)
    trained = TrainedModel(sha, model, replace(report, model_sha=sha, trained_at=run.trained_at))
    return _recorded(home, trained, grades=grades, run=run)


def _tell(say: Say | None, text: str) -> None:
    if say:
        say(text)


def _plan(company: Company, run: TrainingRun) -> WalkForwardPlan:
    return WalkForwardPlan(
        definition=company.churn.definition,
        horizons_days=company.horizons_days,
        horizon_days=company.horizon_days,
        gap_days=days_to_mature(company),
        seed=run.seed,
        preset=run.preset,
    )


def _refitted(stacked: StackedExamples, walked: WalkForward, *, plan: WalkForwardPlan) -> ChurnModel:
    """Fit the chosen recipe on all rows, a horizon at a time: side by side they take two cores, which LightGBM shares badly."""

    def fitted(place: int) -> ChurnModel:
        examples = replace(stacked.examples, labels=stacked.examples.labels[:, [place]])
        recipe = walked.chosen.recipe(plan.definition, plan.horizons_days[place : place + 1], preset=plan.preset)
        return fit_churn(examples, recipe=recipe, seed=plan.seed)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        models = list(pool.map(fitted, range(len(plan.horizons_days))))
    whole = replace(models[0], horizons=tuple(horizon for model in models for horizon in model.horizons))
    return whole.calibrated(walked.calibrations(plan.horizons_days))


def _data(stacked: StackedExamples, company: Company, *, plan: WalkForwardPlan, model: ChurnModel) -> TrainingData:
    examples = stacked.examples
    shares = examples.labels.mean(axis=0)
    return TrainingData(
        as_of=int(examples.as_ofs.max()),
        log_digest=stacked.log_digest,
        company=company.sha256,
        features=model.signature,
        newest_snapshot=stacked.newest.digest,
        snapshots={format_time(as_of): snapshot.digest for as_of, snapshot in stacked.snapshots.items()},
        rows=len(examples.rows),
        customers=len(np.unique(examples.customers)),
        unknown_customers=stacked.unknown,
        left_share={str(days): float(share) for days, share in zip(plan.horizons_days, shares, strict=True)},
    )


def _provenance(data: TrainingData, walked: WalkForward, *, plan: WalkForwardPlan) -> dict[str, Any]:
    return {
        "recipe": {"members": dict(walked.chosen.members), "calibration": walked.chosen.calibration},
        "definition": plan.definition,
        "horizons_days": list(plan.horizons_days),
        "horizon_days": plan.horizon_days,
        "seed": plan.seed,
        "preset": asdict(plan.preset),
        "data": asdict(data),
        "refitted_on_all_mature_rows": True,
    }


def _report(grades: Grades, walked: WalkForward, *, plan: WalkForwardPlan, data: TrainingData) -> TrainingReport:
    left = grades.answered.left[:, plan.main]
    return TrainingReport(
        model=MODEL,
        model_sha="",
        run_id="",
        trained_at=0,
        definition=plan.definition,
        horizon_days=plan.horizon_days,
        seed=plan.seed,
        data=data,
        pooled=grades.pooled,
        differences=grades.differences,
        folds=grades.folds,
        contenders=grades.contenders,
        horizons=grades.horizons,
        features_alone=grades.features_alone,
        test_rows=len(left),
        test_leavers=int(left.sum()),
        refitted_rows=data.rows,
        left_out=tuple(member for member in members_to_fit(plan.definition) if member not in walked.learned),
    )


def _recorded(home: Home, trained: TrainedModel, *, grades: Grades, run: TrainingRun) -> TrainedModel:
    """Draw the pictures, record the run where runs are recorded, and store the candidate under the run's id."""
    report, main = trained.report, trained.model.horizons_days.index(trained.report.horizon_days)
    with tempfile.TemporaryDirectory() as folder:
        probabilities, left = grades.answered.probabilities[CHOSEN][:, main], grades.answered.left[:, main]
        draw_pictures(Path(folder), report.folds, probabilities=probabilities, left=left)
        run_id = (
            _content_id(report)
            if run.tracking is None
            else run.tracking.record(home, report, model=trained.model, pictures=Path(folder))
        )
        named = replace(report, run_id=run_id)
        store_candidate(home, named, pictures=Path(folder))
    return replace(trained, report=named)


def _content_id(report: TrainingReport) -> str:
    return f"{report.model}-{compact_time(report.trained_at)}-{report.model_sha[:12]}"
