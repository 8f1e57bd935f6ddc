"""How does a retraining read on a terminal: a paragraph a model, what is live now, and what somebody must look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from features.reports.figures import Figure
    from features.reports.retrain import BesideLive, RetrainedModel, RetrainReport

_MARKS = {"live": "live already", "refused": "REFUSED", "held": "HELD", "failed": "FAILED"}


def retrain_text(report: RetrainReport, *, nothing_new: bool = False) -> str:
    """Return the whole report for a person."""
    told = ["\n".join(map(_outcome_text, report.models))] if nothing_new else [_model_text(each) for each in report.models]
    return "\n\n".join(
        [
            _title(report, nothing_new=nothing_new),
            *told,
            _live_text(report),
            *([_list_text("Notes", report.notes)] if report.notes else []),
            *([_list_text("Somebody must look", report.needs_a_look)] if report.needs_a_look else []),
        ]
    )


def _title(report: RetrainReport, *, nothing_new: bool) -> str:
    made_from = report.made_from
    source = f"log {made_from.log_digest[:12]}, company file {made_from.company[:12]}, seed {made_from.seed}"
    if nothing_new:
        return f"Nothing new since {report.began_at}: the same {source}. Nothing was done; what came of it stands:"
    return f"Retrained from {source} in {report.seconds:.0f} s"


def _model_text(told: RetrainedModel) -> str:
    lines = [_outcome_text(told)]
    if told.run_id:
        made = "found again, made from exactly this" if told.found_again else f"trained in {told.seconds:.0f} s"
        lines.append(f"  run {told.run_id}, model {(told.model_sha or '')[:12]}, {made}")
    if told.figure:
        lines.append(f"  {told.measure} {_shown(told.figure)}")
    lines += _beside(told.beside_live) if told.beside_live else []
    return "\n".join([*lines, *(f"  {gate.verdict:<8}{gate.name}: {gate.figure}" for gate in told.gates)])


def _outcome_text(told: RetrainedModel) -> str:
    return f"{told.model.capitalize():<12}{_MARKS.get(told.outcome, told.outcome)}: {told.reason}"


def _beside(beside: BesideLive) -> list[str]:
    difference = beside.difference
    less = f"{difference.value:+.4f} [{difference.low:+.4f}, {difference.high:+.4f}]"
    moments = [f"    {at.origin[:10]}  {_shown(at.candidate)}   live {_shown(at.live)}" for at in beside.moments]
    return [f"  less the recipe live before ({beside.model_sha[:12]}, {_shown(beside.live)}): {less}", *moments]


def _live_text(report: RetrainReport) -> str:
    live = [f"  {model:<12}{sha[:12]}" for model, sha in sorted(report.live.models.items())] or ["  no model yet"]
    return "\n".join(["Live now", *live, f"  predictions {report.scored.reason}"])


def _list_text(title: str, lines: list[str]) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines)])


def _shown(figure: Figure) -> str:
    digits = 2 if abs(figure.value) >= 10 else 4
    return f"{figure.value:.{digits}f} [{figure.low:.{digits}f}, {figure.high:.{digits}f}]"
