"""How good is the churn model on real purchases: Online Retail II, first year, beside its named baselines (docs/results.md).

The past moments it is graded at are the months whose labels can be checked, all of them shown; nothing here was chosen to please.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.goals import Result, arguments, report
from features.company import default_company_text, read_company, store_company
from features.home import Home
from features.importing.imports import import_history, receipt_for
from features.importing.mapping import shipped_mapping
from features.times import format_time, parse_time
from training.measures.resamples import Estimate
from training.publishing.gates import report_gates
from training.questions.churn import ChurnQuestion
from training.records.report import CHOSEN, TrainingReport
from training.train import TrainingRun, train

_MEASURES = ("auc", "pr_auc", "log_loss", "ece")
_IMPORTED_AT = parse_time("2026-01-01")
_DATA = "Online Retail II 2009-12 to 2010-12 (real)"
_DEFAULT_FILE = Path(__file__).resolve().parents[2] / "shared" / "data" / "online_retail_2009_2010.parquet"


def graded(file: Path) -> TrainingReport:
    """Import the file into a new installation, train on it, and return the report."""
    with tempfile.TemporaryDirectory() as folder:
        home, mapping = Home(Path(folder)), shipped_mapping("online_retail")
        import_history(
            home, mapping, place=str(file), receipt=receipt_for(mapping, received_at=_IMPORTED_AT, tolerated_share=0.01)
        )
        company = read_company(default_company_text("activity"))
        store_company(home, company)
        return train(home, ChurnQuestion(company), run=TrainingRun(_IMPORTED_AT)).report


def markdown(found: TrainingReport) -> str:
    """Return the tables of docs/results.md."""
    names = (CHOSEN, *found.baselines)
    pooled = [(name, *(_shown(found.pooled[name][measure]) for measure in _MEASURES)) for name in names]
    losses = [
        [
            format_time(fold.origin)[:10],
            f"{fold.test_rows:,}",
            f"{fold.label_mean:.3f}",
            *(f"{fold.measures[name]['log_loss'].value:.3f}" for name in names),
        ]
        for fold in found.folds
    ]
    gates = [(gate.name, gate.verdict, gate.figure) for gate in report_gates(found)]
    return "\n\n".join(
        [
            _table(("model", *_MEASURES), pooled),
            _table(("graded at", "rows", "left", *(f"log-loss {name}" for name in names)), losses),
            _table(("gate", "verdict", "figure"), gates),
        ]
    )


def results(found: TrainingReport) -> list[Result]:
    """Return what must hold in this state of the project: no named baseline is better, pooled, and the gates pass."""
    ours, best = found.pooled[CHOSEN]["log_loss"], found.pooled[found.baselines[0]]["log_loss"]
    difference = found.differences[found.baselines[0]]["log_loss"]
    verdicts = [gate.verdict for gate in report_gates(found)]
    figure = f"{ours.value:.4f} against {best.value:.4f}, difference {_shown(difference)}"
    return [
        Result("Q2a", f"log-loss beside {found.baselines[0]}", figure, "upper limit below .005", difference.high < 0.005, _DATA),
        Result("Q2b", "gates", ", ".join(verdicts), "all passed", set(verdicts) == {"passed"}, _DATA),
    ]


def _shown(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    """Train, print the tables and the goals."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--from", dest="file", type=Path, default=_DEFAULT_FILE, help="the Parquet file of Online Retail II")
    given = parser.parse_args()
    if not given.file.exists():
        parser.error(f"needed Online Retail II, first year, as Parquet; found nothing at {given.file}: name it with --from")
    found = graded(given.file)
    print(markdown(found))
    report(results(found), given.json)


if __name__ == "__main__":
    main()
