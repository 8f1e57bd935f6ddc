"""Where does a candidate come from: one made from exactly the same is found again, else it is trained."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from features.company.schema import Company
from features.home import Home
from features.log.store import EventLog
from features.times import Timestamp
from training.examples import Say
from training.made_from import made_from
from training.publishing.champion import champion_of
from training.question import Question
from training.questions.registry import question_at
from training.records.candidates import Candidate, candidate_made_from, stored_candidate
from training.tracking.recording import Tracking
from training.tracking.registry import follow_ledger
from training.tracking.store import TrackingMissing
from training.train import TrainingRun, train


@dataclass(frozen=True)
class Made:
    """A candidate, whether it stood already, and the seconds its training took now."""

    candidate: Candidate
    found_again: bool
    seconds: float = 0.0


@dataclass
class Recording:
    """Where the runs of one cycle are recorded; a store that failed once is not asked again, and `notes` say why."""

    tracking: Tracking | None
    notes: list[str] = field(default_factory=list)

    def give_up(self, reason: TrackingMissing) -> None:
        """Record nothing from now on."""
        self.tracking = None
        self.notes.append(f"from here on runs are not in MLflow, and are named by their content: {reason}")

    def follow(self, home: Home) -> None:
        """Let MLflow's aliases follow the ledger; the pointer has moved whatever becomes of them."""
        if self.tracking is None or not self.tracking.is_there:
            return
        try:
            follow_ledger(home, self.tracking)
        except TrackingMissing as reason:
            self.notes.append(f"MLflow's aliases follow at the next training, promotion or retraining: {reason}")


@dataclass(frozen=True)
class Maker:
    """Makes the candidates of one cycle, for one company file and seed."""

    home: Home
    company: Company
    seed: int
    recording: Recording
    now: Callable[[], Timestamp]
    say: Say

    def made(self, model: str) -> Made:
        """Return the candidate of a model, trained only if none made from exactly the same stands whole.

        Raises
        ------
        InvalidInput, Refused
            If its question finds too little to learn from.
        """
        question = question_at(self.home, model, self.company)
        found = self._found(question)
        if found is not None:
            self.say(f"train {model}: run {found.report.run_id} was made from exactly this and is found again")
            return Made(found, found_again=True)
        self.say(f"train {model}")
        return self._trained(question)

    def _found(self, question: Question) -> Candidate | None:
        """Return the candidate made from exactly the same and held beside what is live now, or live itself; None without."""
        digest = made_from(question, log_digest=EventLog.open(self.home).digest, seed=self.seed)
        found, champion = candidate_made_from(self.home, question.name, digest), champion_of(self.home, question)
        live = None if champion is None else champion.sha
        return found if found is not None and live in (found.report.champion, found.report.model_sha) else None

    def _trained(self, question: Question) -> Made:
        began, run = time.perf_counter(), TrainingRun(self.now(), seed=self.seed, tracking=self.recording.tracking)
        try:
            trained = train(self.home, question, run=run, say=self.say)
        except TrackingMissing as reason:
            self.recording.give_up(reason)
            return self.made(question.name)  # found again if it was stored before its store failed, else trained without
        seconds = time.perf_counter() - began
        return Made(stored_candidate(self.home, question.name, run_id=trained.run_id), found_again=False, seconds=seconds)
