"""Do tests need one another (R11): three random orders must be green, and 20 runs of the same must end alike.

Resumable: each run is kept in the file of `--state` with its date and is not made again while the commit is the same. A run takes
as long as the suite; `--part PATH` says which tests are run the 20 times where the whole is too long, and the figure names it.
A flake is a test that fails in some of those runs and not in all.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.goals import Result, arguments, report

SEEDS, RUNS = (1, 2, 3), 20
_TOLD = re.compile(r"^(?:FAILED|ERROR) (\S+?::[^\[\n]*?(?:\[.*?\])?)(?: - .*)?$", re.MULTILINE)
_PASSED = re.compile(r"(\d+) passed")
_ENDED = (0, 1)  # all passed, some failed; anything else is a run that did not end


@dataclass(frozen=True)
class Run:
    """One run of tests: how many passed, which failed, and on which day."""

    passed: int
    failed: tuple[str, ...]
    date: str = field(default_factory=lambda: dt.datetime.now(dt.UTC).date().isoformat())


Pytest = Callable[[Sequence[str]], Run]


def main() -> None:
    """Run what has not been run at this commit, and report."""
    options = _options()
    runs = campaign(options.state, commit_now(), part=options.part, share=options.share, pytest=pytest_run)
    report(results(runs, part=options.part), options.json)


def campaign(state: Path, commit: str, *, part: Sequence[str], share: float, pytest: Pytest) -> dict[str, Run]:
    """Return each run by its name, made now or known from before; a run that was made is kept before the next begins."""
    runs = _known(state, commit)
    for name, words in wanted(part, share).items():
        if name not in runs:
            runs[name] = pytest(words)
            print(f"{name}: {runs[name].passed} passed, failed: {', '.join(runs[name].failed) or 'none'}", flush=True)
            kept = {"commit": commit, "runs": {each: asdict(run) for each, run in runs.items()}}
            state.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    return {name: runs[name] for name in wanted(part, share)}


def wanted(part: Sequence[str], share: float) -> dict[str, list[str]]:
    """Return the arguments of pytest for each run by its name."""
    orders = {f"order {seed}": ["-p", "randomly", f"--randomly-seed={seed}"] for seed in SEEDS[: max(1, round(3 * share))]}
    again = {f"run {number} of {' '.join(part) or 'all'}": [*part] for number in range(1, 1 + max(2, round(RUNS * share)))}
    return orders | again


def results(runs: dict[str, Run], *, part: Sequence[str]) -> list[Result]:
    """Return the two goals of R11."""
    orders = {name: run for name, run in runs.items() if name.startswith("order ")}
    again = [run for name, run in runs.items() if name not in orders]
    red = [f"{name}: {', '.join(run.failed)}" for name, run in orders.items() if run.failed]
    unsteady = flakes(again)
    figure = f"{len(orders) - len(red)} of {len(orders)} green" + "".join(f"; {each}" for each in red)
    told = f"{len(unsteady)} in {len(again)} runs" + "".join(f"; {each}" for each in unsteady)
    tests = f"{max(run.passed for run in runs.values()):,} tests, {max(run.date for run in runs.values())}"
    return [
        Result("R11", "random orders", figure, f"{len(orders)} of {len(orders)} green", not red, tests),
        Result("R11", "flakes", told, f"0 in {len(again)} runs", not unsteady, " ".join(part) or "the whole suite"),
    ]


def flakes(runs: Sequence[Run]) -> list[str]:
    """Return the tests that failed in some of the runs and not in all.

    >>> flakes([Run(9, ("a",)), Run(8, ("a", "b"))])
    ['b']
    """
    failed = Counter(test for run in runs for test in set(run.failed))
    return sorted(test for test, times in failed.items() if times < len(runs))


def pytest_run(words: Sequence[str]) -> Run:
    """Run tests as `make test` does, on every core."""
    command = [sys.executable, "-m", "pytest", "-q", "--numprocesses", "auto", "--dist", "loadfile", "--no-loadscope-reorder"]
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
    return run_told(done.stdout, status=done.returncode)


def run_told(told: str, *, status: int) -> Run:
    """Return what pytest said of a run; one that did not end counts as a failure of its own."""
    passed = _PASSED.search(told.rpartition("\n=")[2] or told)
    failed = sorted({*_TOLD.findall(told)} | ({f"the run itself ended with {status}"} if status not in _ENDED else set()))
    return Run(int(passed.group(1)) if passed else 0, tuple(failed))


def commit_now() -> str:
    """Return the commit that is tested; a tree with changes that are not committed says so."""
    told = subprocess.run(["git", "describe", "--always", "--dirty", "--exclude=*"], capture_output=True, text=True, check=True)
    return told.stdout.strip()


def _known(state: Path, commit: str) -> dict[str, Run]:
    kept = json.loads(state.read_text(encoding="utf-8")) if state.exists() else {}
    if kept.get("commit") != commit:
        return {}
    return {name: Run(run["passed"], tuple(run["failed"]), run["date"]) for name, run in kept["runs"].items()}


def _options() -> argparse.Namespace:
    parser = arguments(__doc__ or "")
    parser.add_argument("--state", type=Path, default=Path(tempfile.gettempdir()) / "lifecycle-orders.json")
    parser.add_argument("--part", nargs="*", default=[], help="what is run the 20 times (default: the whole suite)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
