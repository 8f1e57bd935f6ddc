"""The campaign: retrainings of several kinds killed one after another, on one installation that serves all the while."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.asking import Asked, Caller, lifecycle, wait_until_settled
from benchmarks.retrain_crashes.standing import Answer, Standing, answers
from benchmarks.retrain_crashes.trial import Scenario, Trial

KILLS = {"promoting": 36, "scoring": 10, "promoting, in MLflow": 4}
WORDS = {
    "promoting": ("--no-mlflow", "--model", "churn", "--model", "purchase"),
    "scoring": ("--no-mlflow", "--model", "value"),
    "promoting, in MLflow": ("--model", "churn", "--model", "purchase"),
}
"""What is retrained: two models that their gates let pass, and one that they refuse, so that only predictions are made anew."""

_TRIES_A_KILL = 4


@dataclass(frozen=True)
class CommandRun:
    """`lifecycle retrain` as a process of its own, with all it starts."""

    process: subprocess.Popen[bytes]

    @classmethod
    def started(cls, progress: Path, *, words: Sequence[str], environment: Mapping[str, str]) -> CommandRun:
        """Start it; what it says of its progress goes into a file."""
        with progress.open("wb") as file:
            command = lifecycle("retrain", *words)
            return cls(subprocess.Popen(command, env=environment, stdout=file, stderr=file, start_new_session=True))

    def wait(self, seconds: float) -> int | None:
        """Return the exit code of one that ends within that time; None of one at work still."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """End its whole process group."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Campaign:
    """Trials of every kind on one installation, which serves all the while; `known`: every answer that may be given."""

    folder: Path
    standing: Standing
    asked: Asked
    trials: Path
    known: set[Answer] = field(default_factory=set)

    def run(self, name: str, asking: Sequence[Caller], *, kills: int) -> list[Trial]:
        """Kill retrainings of one kind until enough were."""
        start = partial(CommandRun.started, words=WORDS[name], environment=self.environment)
        scenario, progress = Scenario(name, self.standing, start), self.folder / "progress"
        expected = scenario.undisturbed(progress)
        self.known |= answers(self.standing.home, [self.standing.live, *expected.lives], customer_id=self.asked.customer_id)
        self._settle(asking)
        done = [trial for trial in read_trials(self.trials) if trial.scenario == name]
        while sum(trial.was_killed for trial in done) < kills and len(done) < kills * _TRIES_A_KILL:
            seconds = expected.seconds * moment(name, len(done), parts=kills)
            done.append(scenario.killed(len(done), after_seconds=seconds, expected=expected, progress=progress))
            _write(self.trials, done[-1])
            print(f"{done[-1].scenario}, trial {done[-1].number}: {_told(done[-1], asking)}", flush=True)
            self._settle(asking)
        return done

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of commands on this installation."""
        return environment(self.standing.home.root, self.standing.signing_key)

    def _settle(self, asking: Sequence[Caller]) -> None:
        """Go back to where each trial begins, and wait until the service has followed."""
        self.standing.restore()
        asking[0].latest.clear()
        wait_until_settled(asking[0].latest, str(self.standing.live.bundle))


def moment(name: str, number: int, *, parts: int) -> float:
    """Return the share of the undisturbed time after which a trial is killed: at random within one of equal parts of it.

    >>> [round(moment("promoting", number, parts=4) * 4) in (number, number + 1) for number in range(4)]
    [True, True, True, True]
    """
    random = np.random.default_rng([number, *name.encode()])
    return float((number % parts + random.uniform()) / parts)


def environment(home: Path, signing_key: Path) -> dict[str, str]:
    """Return the environment of commands on an installation."""
    places = {"LIFECYCLE_HOME": str(home), "LIFECYCLE_SIGNING_KEY": str(signing_key), "TMPDIR": str(home.parent)}
    return {**os.environ, **places, "MLFLOW_DISABLE_TELEMETRY": "true"}


def read_trials(file: Path) -> list[Trial]:
    """Return the trials that stand in a file, a line each; none where there is no file yet."""
    lines = file.read_text().splitlines() if file.exists() else []
    return [Trial(**json.loads(line)) for line in lines]


def _write(file: Path, trial: Trial) -> None:
    with file.open("a") as lines:
        lines.write(json.dumps(asdict(trial)) + "\n")


def _told(trial: Trial, asking: Sequence[Caller]) -> str:
    errors, answers = (sum(caller) for caller in zip(*((len(each.errors), each.answers) for each in asking), strict=True))
    return f"in {trial.phase}, {len(trial.faults)} faults; {errors} errors of {answers:,} answers so far"
