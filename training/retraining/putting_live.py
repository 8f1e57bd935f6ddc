"""Does a candidate go live, and are the predictions of the newest snapshot: by the commands' own acts, or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from features.home import Home
from features.reports.retrain import Outcome, Scored
from features.times import Timestamp, format_time
from models.bundle import ContentDamaged, NotStored, open_predictions, read_live
from models.bundle.pointer import PublishingLocked
from training.gates import GateResult, PromotionRefused
from training.publishing.ledger import BeforeMove, LedgerEntry, last_promotion, nothing_before, read_ledger, taken_off
from training.publishing.pointer import Act, live_models
from training.publishing.promote import promote
from training.publishing.scene import company_in_use, newest_scene
from training.publishing.score import score
from training.records.candidates import Candidate

_PATIENCE_SECONDS = 300.0
_GLANCE_SECONDS = 1.0
_Published = TypeVar("_Published")


@dataclass(frozen=True)
class Verdict:
    """Whether a candidate is live, and why, in words; the gates as they stood when they were asked."""

    outcome: Outcome
    reason: str
    gates: Sequence[GateResult] = ()


def put_live(home: Home, candidate: Candidate, *, act: Act) -> Verdict:
    """Promote a candidate if every gate passes; one that is live already, or was taken off by somebody, stays as it is."""
    model, sha = candidate.report.model, candidate.report.model_sha
    moves = read_ledger(home)
    if live_models(home).get(model) == sha:
        return Verdict("live", "training gives the model that is live", _gates_then(moves, model, sha))
    if off := taken_off(moves, model, sha):
        return Verdict("withdrawn", _withdrawn(off, candidate), _gates_then(moves, model, sha))
    try:
        entry = when_free(lambda: promote(home, model, act=act, run_id=candidate.report.run_id))
    except PromotionRefused as refusal:
        return _kept_out(refusal)
    return Verdict("promoted", "every gate passed", entry.gates)


def score_unless_made(home: Home, *, now: Callable[[], Timestamp], before_move: BeforeMove = nothing_before) -> Scored:
    """Make the predictions of the live bundle anew, unless those that are live are of the newest snapshot and whole."""
    live = read_live(home)
    if live is None or live.bundle is None:
        return Scored("nothing_live", "nothing was promoted yet, so there is nothing to predict with")
    scene = newest_scene(home, company_in_use(home))
    day = format_time(scene.snapshot.as_of)[:10]
    if live.snapshot == scene.snapshot.digest and predictions_are_whole(home):
        return Scored("stand", f"the live predictions are those of the newest snapshot, {day}")
    when_free(lambda: score(home, at=now(), before_move=before_move))
    return Scored("made", f"predictions for {len(scene.snapshot.ids):,} customers on the snapshot of {day}")


def predictions_are_whole(home: Home) -> bool:
    """Say whether the predictions that are live, if any, are what was written."""
    live = read_live(home)
    if live is None or live.predictions is None:
        return True
    with suppress(NotStored, ContentDamaged):
        open_predictions(home, live.predictions)
        return True
    return False


def when_free(publish: Callable[[], _Published], *, patience_seconds: float = _PATIENCE_SECONDS) -> _Published:
    """Publish as soon as nobody else does.

    Raises
    ------
    PublishingLocked
        If somebody still does after that time.
    """
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            return publish()
        except PublishingLocked:
            if time.monotonic() > deadline:
                raise
        time.sleep(_GLANCE_SECONDS)


def _kept_out(refusal: PromotionRefused) -> Verdict:
    """Tell a candidate that a gate refused from one that is only held until somebody has looked at it."""
    refused = [gate for gate in refusal.results if gate.verdict == "refused"]
    stopping = refused or refusal.results
    named = "; ".join(f"{gate.name}: {gate.reason} ({gate.figure}; limit {gate.limit})" for gate in stopping)
    return Verdict("refused" if refused else "held", named, refusal.gates)


def _withdrawn(off: LedgerEntry, candidate: Candidate) -> str:
    model, run_id = candidate.report.model, candidate.report.run_id
    return (
        f"exactly this model was live, until a {off.action} took it off at {format_time(off.at)}; it is not put back by itself: "
        f"`lifecycle promote {model} --run {run_id}`"
    )


def _gates_then(moves: Sequence[LedgerEntry], model: str, sha: str) -> Sequence[GateResult]:
    """Return the gates as they stood when a model was promoted."""
    promotion = last_promotion(moves, model, sha)
    return () if promotion is None else promotion.gates
