"""What is told of a cycle: each model in one line of the report, and what is live at the end."""

from __future__ import annotations

from dataclasses import asdict

from features.home import Home
from features.reports.retrain import Gate, LiveSince, RetrainedModel
from models.bundle import Live, read_live
from training.abstention import Abstained
from training.gates import GateResult
from training.publishing.ledger import read_ledger
from training.retraining.attempts import Failure
from training.retraining.beside_live import beside_live, figure
from training.retraining.making import Made
from training.retraining.putting_live import Verdict


def not_made(model: str, made: Abstained | Failure) -> RetrainedModel:
    """Return what is told of a model that there is no candidate of."""
    if isinstance(made, Abstained):
        return RetrainedModel(model, "abstained", made.reason)
    return RetrainedModel(model, "failed", made.reason, is_fault=made.is_fault)


def judged(made: Made, verdict: Verdict | Failure) -> RetrainedModel:
    """Return what is told of a candidate: its figure beside the live one's, its gates, and whether it is live."""
    report = made.candidate.report
    return RetrainedModel(
        model=report.model,
        outcome="failed" if isinstance(verdict, Failure) else verdict.outcome,
        reason=verdict.reason,
        found_again=made.found_again,
        seconds=round(made.seconds, 1),
        run_id=report.run_id,
        model_sha=report.model_sha,
        measure=report.main_measure,
        figure=figure(report),
        beside_live=beside_live(report),
        gates=[] if isinstance(verdict, Failure) else [_gate(gate) for gate in verdict.gates],
        is_fault=isinstance(verdict, Failure) and verdict.is_fault,
    )


def live_since(home: Home) -> LiveSince:
    """Return the pointer, and the models that the ledger names for it."""
    return LiveSince(**asdict(read_live(home) or Live()), models=live_by_ledger(home))


def live_by_ledger(home: Home) -> dict[str, str]:
    """Return the live model of each question as the ledger tells it; none where nothing was promoted."""
    moves = read_ledger(home)
    return dict(moves[-1].models) if moves else {}


def _gate(gate: GateResult) -> Gate:
    return Gate(gate.name, gate.verdict, gate.figure, gate.limit, gate.reason)
