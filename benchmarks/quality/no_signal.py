"""Q8, data without a signal: the columns of RavenStack were drawn independently, and a model of them must be refused."""

from __future__ import annotations

from pathlib import Path

from benchmarks.goals import Result
from benchmarks.quality.data_sets import DataSet
from features.company import default_company_text, read_company, store_company
from training.gates import report_gates
from training.questions.churn.question import ChurnQuestion
from training.records.report import CHOSEN
from training.train import TrainingRun, train


def refused(place: Path, work: Path) -> Result:
    """Train on all of it, as anybody would, and return what the gates say."""
    data_set = DataSet("ravenstack", "RavenStack", "ravenstack", "default", place)
    home, company = data_set.home(work), read_company(default_company_text("default"))
    store_company(home, company)
    report = train(home, ChurnQuestion(company), run=TrainingRun(0)).report
    verdicts = {gate.name: gate.verdict for gate in report_gates(report)}
    auc = report.pooled[CHOSEN]["auc"]
    blocking = ", ".join(f"{name} {verdict}" for name, verdict in verdicts.items() if verdict != "passed") or "all passed"
    return Result(
        "Q8",
        "a model of data without a signal",
        f"{blocking}; AUC {auc.value:.3f} [{auc.low:.3f}, {auc.high:.3f}]",
        "refused",
        "refused" in verdicts.values(),
        f"RavenStack (synthetic), {report.test_rows:,} rows",
    )
