"""One retraining killed at one moment: what was whole then, what the next run came to, and what stayed behind."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.retrain_crashes.finished_runs import half_finished
from benchmarks.retrain_crashes.standing import Standing
from benchmarks.retrain_crashes.whole import Before, faults, left_behind
from features.home import Home
from models.bundle import Live
from training.publishing.ledger import read_ledger
from training.records.candidates import stored_candidates

_COMPARED = ("models", "moves", "candidates")
_PATIENCE_SECONDS = 900.0
_PHASES = {
    "nothing": "start",
    "retrain": "start",
    "train": "labels and features",
    "features:": "features",
    "grading": "grading",
    "fitting": "fitting",
    "promote": "promote",
    "score": "score",
    "report": "report",
}
"""By the first word of the newest line of progress; any other is what the command tells of a cycle that is done."""

_DAYS_LATER = 2 * 24 * 3600


class Retraining(Protocol):
    """A retraining at work in a process group of its own."""

    def wait(self, seconds: float) -> int | None:
        """Return the exit code of one that ends within that time; None of one at work still."""
        ...

    def kill(self) -> None:
        """End its whole process group with SIGKILL and return once it is gone."""
        ...


Start = Callable[[Path], Retraining]
"""Starts a retraining that writes its progress into a file."""


@dataclass(frozen=True)
class End:
    """What an undisturbed retraining comes to, and in how many seconds."""

    models: dict[str, str]
    moves: list[tuple[str, str | None]]
    candidates: Counter[str]
    lives: list[Live]
    seconds: float


@dataclass(frozen=True)
class Trial:
    """One kill: in which phase, how many things it left behind, and what was wrong; `was_killed`: it had not ended before."""

    scenario: str
    number: int
    after_seconds: float
    was_killed: bool
    phase: str
    left: int
    faults: list[str]


@dataclass(frozen=True)
class Scenario:
    """A kind of retraining: an installation to begin from, and how it is started there."""

    name: str
    standing: Standing
    start: Start

    def undisturbed(self, progress: Path) -> End:
        """Let one run to its end."""
        self.standing.restore()
        began = time.perf_counter()
        if code := self.start(progress).wait(_PATIENCE_SECONDS):
            raise RuntimeError(f"an undisturbed retraining ended with {code}: {progress.read_text()[-2000:]}")
        return _end(self.standing, seconds=time.perf_counter() - began)

    def killed(self, number: int, *, after_seconds: float, expected: End, progress: Path) -> Trial:
        """Kill one after that time, look at everything, and run it again."""
        self.standing.restore()
        home, before = self.standing.home, Before.of(self.standing.home)
        run = self.start(progress)
        was_killed = run.wait(after_seconds) is None
        if was_killed:
            run.kill()
        phase = _phase(progress.read_text(), self.standing) if was_killed else "done"
        found = [*faults(home, before), *half_finished(home)]
        left = left_behind(home)
        _make_old(left)
        found += self._run_again(expected, before, progress)
        return Trial(self.name, number, round(after_seconds, 3), was_killed, phase, len(left), found)

    def _run_again(self, expected: End, before: Before, progress: Path) -> list[str]:
        home, code = self.standing.home, self.start(progress).wait(_PATIENCE_SECONDS)
        found = [f"the next run ended with {code}: {progress.read_text()[-500:]}"] if code != 0 else []
        end = _end(self.standing, seconds=0.0)
        for what in _COMPARED:
            now, then = getattr(end, what), getattr(expected, what)
            found += [f"the next run ended in other {what}: {now}, not {then}"] if now != then else []
        found += [f"{path.relative_to(home.root)} stayed behind" for path in left_behind(home)]
        return [*found, *faults(home, before)]


def _end(standing: Standing, *, seconds: float) -> End:
    home, moves = standing.home, read_ledger(standing.home)
    new = moves[len(read_ledger(standing.copy)) :]
    return End(
        models=moves[-1].models,
        moves=[(move.action, move.model) for move in new],
        candidates=Counter(candidate.report.model for candidate in stored_candidates(home)),
        lives=[move.live for move in new],
        seconds=seconds,
    )


def _phase(progress: str, standing: Standing) -> str:
    """Return what was being done: the newest line of progress, and what a model without its candidate tells."""
    newest = [line.split()[0] for line in progress.splitlines() if line.strip()][-1:] or ["nothing"]
    if newest == ["fitting"] and _models(standing.home) != _models(standing.copy) and _is_unrecorded(standing.home):
        return "pictures and candidate"
    return _PHASES.get(newest[0], "the end")


def _models(home: Home) -> set[str]:
    return {path.name for path in home.models.glob("[!.]*")}


def _is_unrecorded(home: Home) -> bool:
    return bool(_models(home) - {candidate.report.model_sha for candidate in stored_candidates(home)})


def _make_old(paths: Sequence[Path]) -> None:
    """Let what was left look as it will in two days, when nobody can be at work on it."""
    for path in paths:
        moment = path.stat().st_mtime - _DAYS_LATER
        os.utime(path, (moment, moment))
