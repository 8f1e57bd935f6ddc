"""The same command in a second: forked from a process in which everything is imported, its trees few, its models tried there."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from unittest.mock import patch

from features.company import Company
from features.home import Home
from lifecycle.__main__ import main as command
from models.bundle import check_golden_rows
from models.learners.boosting import BoostingPreset
from training.publishing import promote
from training.questions.churn.question import ChurnQuestion
from training.retraining import making

_FEW_TREES = BoostingPreset(leaves=4, rounds=15, bag=1)


@dataclass(frozen=True)
class QuickRun:
    """A retraining of churn in a process of its own."""

    process: BaseProcess

    @classmethod
    def started(cls, progress: Path, *, home: Home, signing_key: Path, seed: int) -> QuickRun:
        """Start it; what it says of its progress goes into a file."""
        progress.touch()
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        places = {"LIFECYCLE_HOME": str(home.root), "LIFECYCLE_SIGNING_KEY": str(signing_key)}
        process = context.Process(target=_retrain, args=(progress, places, seed))
        process.start()
        return cls(process)

    def wait(self, seconds: float) -> int | None:
        """Return the exit code of one that ends within that time; None of one at work still."""
        self.process.join(seconds)
        return self.process.exitcode

    def kill(self) -> None:
        """End its whole process group."""
        with suppress(ProcessLookupError):  # killed before it had one
            os.killpg(self.process.pid or 0, signal.SIGKILL)
        self.process.kill()
        self.process.join()


def _retrain(progress: Path, places: dict[str, str], seed: int) -> None:
    os.setsid()
    os.environ.update(places)
    sys.stdout = sys.stderr = progress.open("w")
    sys.argv = ["lifecycle", "retrain", "--no-mlflow", "--model", "churn", "--seed", str(seed)]
    with patch.object(promote, "trial_load", _tried_here), patch.object(making, "question_at", _quick_churn):
        command()


def _tried_here(home: Home, *shas: str) -> None:
    for sha in shas:
        check_golden_rows(home, sha)


def _quick_churn(home: Home, model: str, company: Company) -> ChurnQuestion:
    del home, model
    return ChurnQuestion(company, _FEW_TREES)
