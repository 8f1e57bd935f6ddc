"""What does one retraining do: train all beside what is live, promote what passes, score, report.

Safe to be started twice and killed anywhere: whatever it makes is stored whole under its content, so the next run finds it again;
only `promote` and `score` move the live pointer; the report is written last, and stands for a cycle that is done.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from features.errors import Conflict
from features.home import Home
from features.lock import only_one
from features.log.store import EventLog
from features.reports.retrain import (
    MadeFrom,
    RetrainedModel,
    RetrainReport,
    Scored,
    read_retrain_report,
    write_retrain_report,
)
from features.times import Timestamp, format_time
from features.write_once import new_folder, remove_abandoned
from models.bundle.pointer import PublishingLocked, publishing_lock, settle
from training.abstention import Abstained, or_abstain
from training.examples import Say
from training.publishing.ledger import BeforeMove, nothing_before
from training.publishing.pointer import Act
from training.publishing.scene import company_in_use
from training.questions.registry import QUESTIONS
from training.records.environment import program_digest
from training.retraining.attempts import Failure, attempted
from training.retraining.making import Made, Maker, Recording
from training.retraining.putting_live import predictions_are_whole, put_live, score_unless_made
from training.retraining.telling import judged, live_by_ledger, live_since, not_made
from training.tracking.recording import Tracking

_FLOORS = 2  # below the home: `bundles/<sha>/` is the lowest folder in which a killed process may have left something


class RetrainingLocked(Conflict):
    """Another process is retraining this installation."""


@dataclass(frozen=True)
class Cycle:
    """How to retrain: which models, by which seed, signed by whom, recorded where (None: nowhere), and what time it is.

    `before_move` is done each time before the live pointer moves.
    """

    signing_key: Path
    now: Callable[[], Timestamp]
    models: tuple[str, ...] = QUESTIONS
    seed: int = 0
    tracking: Tracking | None = None
    before_move: BeforeMove = nothing_before


@dataclass(frozen=True)
class Retrained:
    """What a retraining came to; `nothing_new`: the cycle was done before, its report stands, and nothing was touched."""

    report: RetrainReport
    nothing_new: bool = False


def retrain(home: Home, cycle: Cycle, *, say: Say) -> Retrained:
    """Do one cycle, or what an interrupted one left to do; where nothing is new, return the report that stands.

    Raises
    ------
    RetrainingLocked
        If somebody retrains already; nothing was done.
    NoCompany, LogMissing
        If there is nothing to train for, or from.
    """
    with only_one(home.root / "retrain.lock", _locked), _temporaries_below(home):
        _settle(home)
        made_from = MadeFrom(EventLog.open(home).digest, company_in_use(home).sha256, cycle.seed, program_digest())
        standing = read_retrain_report(home)
        if standing is not None and _says_all(standing, home, cycle.models, made_from=made_from):
            return Retrained(standing, nothing_new=True)
        done = _Retraining(home, cycle, say).done(made_from)
        say("report")
        write_retrain_report(home, done)
        return Retrained(done)


def _locked(holder: str) -> RetrainingLocked:
    return RetrainingLocked(
        f"this installation is being retrained by {holder}; nothing was done: wait until it is done, or let the next run do it"
    )


@contextmanager
def _temporaries_below(home: Home) -> Iterator[None]:
    """Have all temporary files of this process below the installation, where the next run removes what a kill left."""
    remove_abandoned(home.root, depth=_FLOORS)
    before = tempfile.tempdir
    with new_folder(home.root) as folder:
        tempfile.tempdir = str(folder)
        try:
            yield
        finally:
            tempfile.tempdir = before


def _settle(home: Home) -> None:
    """Finish the move of the pointer that a kill interrupted; who publishes now does so by itself."""
    with suppress(PublishingLocked), publishing_lock(home):
        settle(home)


def _says_all(standing: RetrainReport, home: Home, models: Sequence[str], *, made_from: MadeFrom) -> bool:
    """Say whether a cycle that was done stands for all that is asked now: made from the same, and what it left live is live."""
    told = {each.model for each in standing.models}
    asked_the_same = standing.made_from == made_from and set(models) <= told
    return asked_the_same and not standing.has_failed and standing.live == live_since(home) and predictions_are_whole(home)


@dataclass(frozen=True)
class _Retraining:
    """One cycle at work: a step that fails is told, and the other models go on."""

    home: Home
    cycle: Cycle
    say: Say

    def done(self, made_from: MadeFrom) -> RetrainReport:
        began_at, began = self.cycle.now(), time.perf_counter()
        recording, live = Recording(self.cycle.tracking), live_by_ledger(self.home)
        made = self._made(recording)
        models = [self._finished(model, each) for model, each in made.items()]
        scored, now = self._scored(), live_since(self.home)
        recording.follow(self.home)
        return RetrainReport(
            began_at=format_time(began_at),
            made_from=made_from,
            models=models,
            scored=scored,
            live=now,
            left=[model for model in live if model not in now.models],
            notes=recording.notes,
            seconds=round(time.perf_counter() - began, 1),
        )

    def _made(self, recording: Recording) -> dict[str, Made | Abstained | Failure]:
        company = company_in_use(self.home)
        maker = Maker(self.home, company, self.cycle.seed, recording, self.cycle.now, self.say)
        steps = {model: partial(or_abstain, model, partial(maker.made, model)) for model in self.cycle.models}
        return {model: attempted(step, say=self.say) for model, step in steps.items()}

    def _finished(self, model: str, made: Made | Abstained | Failure) -> RetrainedModel:
        if not isinstance(made, Made):
            return not_made(model, made)
        self.say(f"promote {model}")
        act = Act(self.cycle.signing_key, self.cycle.now(), before_move=self.cycle.before_move)
        verdict = attempted(partial(put_live, self.home, made.candidate, act=act), say=self.say)
        return judged(made, verdict)

    def _scored(self) -> Scored:
        self.say("score")
        anew = partial(score_unless_made, self.home, now=self.cycle.now, before_move=self.cycle.before_move)
        scored = attempted(anew, say=self.say)
        return Scored("failed", scored.reason, scored.is_fault) if isinstance(scored, Failure) else scored
