"""How does a training read on a terminal: measures beside baselines with their intervals, gates with reasons, what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.gates import GateResult
    from training.measures.resamples import Estimate
    from training.publishing.ledger import LedgerEntry
    from training.records.report import Finding, TrainingReport
    from training.repeat import Repetition

_MARKS = {"passed": "passed ", "held": "HELD   ", "refused": "REFUSED"}


def training_text(report: TrainingReport, gates: Sequence[GateResult]) -> str:
    """Return the whole report for a person: data, recipe, measures, past moments, gates, the next command."""
    return "\n\n".join(
        [
            _data_text(report),
            measures_text(report),
            _folds_text(report),
            _recipe_text(report),
            *tuning_text(report.findings.get("tuning", [])),
            gates_text(gates),
            _next_text(report, gates),
        ]
    )


def gates_text(gates: Sequence[GateResult]) -> str:
    """Return a line a gate: verdict, name, figure against its limit; below it the reason where it did not pass."""
    return "\n".join(["Gates", *(line for gate in gates for line in _gate_lines(gate))])


def measures_text(report: TrainingReport) -> str:
    """Return the measures of the recipe beside the baselines, each with its interval."""
    from training.records.wording import WORDINGS

    names = ["recipe", *report.baselines]
    header = f"  {'':<18}" + "".join(f"{name:<28}" for name in names)
    rows = [
        f"  {measure:<18}" + "".join(f"{_shown(report.pooled[name].get(measure)):<28}" for name in names)
        for measure in dict.fromkeys(measure for name in names for measure in report.pooled[name])
    ]
    graded = f"{report.test_rows:,} rows at {len(report.folds)} past moments"
    title = f"Graded on {graded}, {report.test_positives:,} {WORDINGS[report.model].happened}; [95 % interval]"
    return "\n".join([title, header, *rows])


def ledger_text(moves: Sequence[LedgerEntry], waiting: Sequence[TrainingReport]) -> str:
    """Return what was live when, the newest last and marked, and the candidates, the newest first."""
    from features.times import format_time

    lines = [f"  {format_time(each.at)}  {each.action:<9}{_shas(each)}{_because(each)}" for each in moves]
    live = [f"{lines[-1]}  <- live"] if lines else ["  nothing was live"]
    candidates = [
        f"  {report.model:<12}{report.run_id}  {report.model_sha[:12]}  trained {format_time(report.trained_at)}"
        for report in waiting
    ]
    return "\n".join(
        ["Live", *lines[:-1], *live, "", "Candidates", *(candidates or ["  none; `lifecycle train churn` makes one"])]
    )


def tuning_text(lines: Sequence[Finding]) -> list[str]:
    """Return what tuning found and whether it was taken, as one text; none where nothing was to be tuned."""
    if not lines:
        return []
    found = lines[0]
    if not found["trials"]:
        return [f"Tuning\n  {found['reason']}"]
    tried = f"{found['trials']} ways to grow trees at {found['moments']} moments that had closed by {str(found['before'])[:10]}"
    losses = f"usual {found['default_loss']:.5g}, best {found['best_loss']:.5g}"
    gained = f"gained {found['gain']:.3g}, needed more than {found['margin']:.3g}"
    verdict = "taken" if found["taken"] else "not taken"
    return [f"Tuning: {tried}, {found['given_up']} given up early\n  {losses}; {gained}. {verdict}: {found['reason']}"]


def repetition_text(done: Repetition) -> str:
    """Return whether a run came out the same, and what differs if not."""
    if done.is_same:
        return f"Run {done.run_id} repeated: the same model, {done.model_sha[:12]}, byte for byte"
    unknown = ("nothing that is written down: it was trained by a program, with settings that the command does not have",)
    lines = [f"Run {done.run_id} repeated: another model, {done.again[:12]} instead of {done.model_sha[:12]}. What differs:"]
    return "\n".join([*lines, *(f"  {each}" for each in done.differences or unknown)])


def _gate_lines(gate: GateResult) -> list[str]:
    line = f"  {_MARKS[gate.verdict]}  {gate.name:<23} {gate.figure}  (limit: {gate.limit})"
    return [line] if gate.verdict == "passed" else [line, f"{'':<35}{gate.reason}"]


def _data_text(report: TrainingReport) -> str:
    from features.times import format_time
    from training.records.wording import label_means_text

    data, means = report.data, label_means_text(report)
    return (
        f"{report.model.capitalize()} ({report.definition}), {report.horizon_days} days. Run {report.run_id}, "
        f"model {report.model_sha[:12]}\n"
        f"  learned from {data.rows:,} rows of {data.customers:,} customers, {len(data.snapshots)} months up to "
        f"{format_time(data.as_of)[:10]}{'; ' if means else ''}{means}"
    )


def _folds_text(report: TrainingReport) -> str:
    from features.times import format_time

    measure = report.main_measure
    lines = [
        f"  {format_time(fold.origin)[:10]}  {fold.test_rows:>7,} rows   "
        + "   ".join(f"{name} {measures[measure].value:.4g}" for name, measures in fold.measures.items())
        for fold in report.folds
    ]
    return "\n".join([f"{measure} at each past moment", *lines])


def _recipe_text(report: TrainingReport) -> str:
    lines = [
        f"  {each.loss:.5g}  {each.name}, calibration {each.calibration}{'  <- chosen' if each.chosen else ''}"
        for each in sorted(report.contenders, key=lambda each: each.loss)
    ]
    shipped = (
        f"  What ships is this recipe fitted again on all {report.refitted_rows:,} mature rows; the figures grade the recipe."
    )
    missing = [f"  Left out, as it could not be fitted: {', '.join(report.left_out)}"] if report.left_out else []
    return "\n".join(
        [
            f"Recipes by pooled {report.main_measure}; the rule by which one is chosen stands in docs/models.md",
            *lines,
            *missing,
            shipped,
        ]
    )


def _next_text(report: TrainingReport, gates: Sequence[GateResult]) -> str:
    stopped = [gate for gate in gates if gate.verdict != "passed"]
    if not stopped:
        return f"Next: lifecycle promote {report.model} --run {report.run_id}"
    if any(gate.absolute for gate in stopped):
        return "Next: this model cannot be served here; the gate above says what to mend, then train again"
    command = f'lifecycle promote {report.model} --run {report.run_id} --override "why"'
    return f"Next: look at the gates above. Live all the same: {command}"


def _shown(estimate: Estimate | None) -> str:
    return "-" if estimate is None else estimate.text


def _shas(entry: LedgerEntry) -> str:
    return " ".join(f"{question}={sha[:12]}" for question, sha in entry.models.items()) or "no model yet"


def _because(entry: LedgerEntry) -> str:
    return f"  ({entry.override})" if entry.override else ""
