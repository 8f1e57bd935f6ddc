"""What does each chapter of a model's card say: figures, moments, groups, data, recipe, findings, limits, how to repeat it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from features.times import format_time
from training.gates import GateResult
from training.measures.resamples import Estimate
from training.records.markdown import markdown_table
from training.records.report import CHAMPION, CHOSEN, Finding, TrainingReport
from training.records.wording import WORDINGS, label_means_text

Chapter: TypeAlias = Callable[[TrainingReport], str]
"""Writes a chapter; nothing where the report holds nothing for it."""

_LINES_OF_A_FINDING = 8
_MOMENTS = ("origin", "as_of")


def gates_chapter(gates: Sequence[GateResult]) -> str:
    """Write what every gate said, in figures and words."""
    rows = [[gate.verdict, gate.name, gate.figure, gate.limit, gate.reason] for gate in gates]
    return "## Gates\n\n" + markdown_table(["verdict", "gate", "figure", "limit", "reason"], rows)


def _figures(report: TrainingReport) -> str:
    names = _beside(report)
    measures = sorted(report.pooled[CHOSEN], key=lambda measure: (measure != report.main_measure, measure))
    rows = [[measure, *(_estimate(report.pooled[name], measure) for name in names)] for measure in measures]
    return "\n\n".join(
        [
            "## How good it is",
            f"{report.test_rows:,} rows graded at {len(report.folds)} past moments, to {report.test_positives:,} of which it "
            f"happened ({WORDINGS[report.model].happened}). Each figure with its 95 % interval, by draws of whole customers. The "
            f"recipe was chosen by `{report.main_measure}`, of which lower is better.",
            markdown_table(["measure", *names], rows),
            "The recipe less each of the others, on the same rows; an interval below 0 means better for sure.",
            markdown_table(
                [f"`{report.main_measure}` less", "difference"],
                [[name, _estimate(report.differences[name], report.main_measure)] for name in names[1:]],
            ),
        ]
    )


def _beside(report: TrainingReport) -> list[str]:
    """Return whose figures stand beside each other: the recipe, that of the live model where it was asked, the baselines."""
    return [CHOSEN, *([CHAMPION] if CHAMPION in report.pooled else []), *report.baselines]


def _moments(report: TrainingReport) -> str:
    names = _beside(report)
    rows = [
        [format_time(fold.origin)[:10], f"{fold.train_rows:,}", f"{fold.test_rows:,}"]
        + [_estimate(fold.measures.get(name, {}), report.main_measure) for name in names]
        for fold in report.folds
    ]
    said = f"`{report.main_measure}` at each past moment, learned from what was known by then."
    return f"## At each past moment\n\n{said}\n\n" + markdown_table(["moment", "learned from", "graded", *names], rows)


def _groups(report: TrainingReport) -> str:
    if not report.groups:
        return ""
    rows = [
        [
            *(each.kind, each.group, f"{each.rows:,}", f"{each.happened:,}"),
            *(f"{each.level_error:.4g}", f"{each.carried_error:.4g}"),
            "" if each.found_ratio is None else each.found_ratio.text,
        ]
        for each in report.groups
    ]
    said = (
        "How far the mean foretold lay from the mean that came, the mean over the moments; the same of carrying the last period "
        "forward; and how well those to whom it happened are found, over the group best found."
    )
    header = ["kind", "group", "rows", "happened", "level error", "carried forward", "found"]
    return f"## Stages and segments\n\n{said}\n\n{markdown_table(header, rows)}"


def _learned_from(report: TrainingReport) -> str:
    data, means, newest = report.data, label_means_text(report), format_time(report.data.as_of)[:10]
    lines = [
        f"- {data.rows:,} rows of {data.customers:,} customers, {len(data.snapshots)} months up to {newest}",
        f"- asked about: {WORDINGS[report.model].asked}",
        *([f"- {means}"] if means else []),
        *([f"- a share of {data.drawn_share:.1%} of all customers, drawn by a seed"] if data.drawn_share < 1 else []),
        f"- event log `{data.log_digest}`",
        f"- company file `{data.company}`",
        f"- features `{data.features}`",
    ]
    return "## What it learned from\n\n" + "\n".join(lines)


def _recipe(report: TrainingReport) -> str:
    rows = [
        [each.name, each.calibration, f"{each.loss:.5g}", "chosen" if each.chosen else ""]
        for each in sorted(report.contenders, key=lambda each: each.loss)
    ]
    left_out = f"\n\nLeft out, as it could not be fitted: {', '.join(report.left_out)}." if report.left_out else ""
    return (
        "## The recipe, and how it was chosen\n\nStated blends and calibrations competed at the past moments; the rule by which "
        "one is chosen was fixed before and stands in `docs/models.md`. What ships is the chosen recipe fitted again on all "
        f"{report.refitted_rows:,} mature rows: the figures grade the recipe.\n\n"
        + markdown_table(["recipe", "calibration", "loss", ""], rows)
        + left_out
    )


def _findings(report: TrainingReport) -> str:
    alone = markdown_table(["feature", "AUC"], [[each.feature, f"{each.auc:.3f}"] for each in report.features_alone[:5]])
    found = {name.replace("_", " ").capitalize(): lines for name, lines in sorted(report.findings.items()) if lines}
    tables = [f"### {name}\n\n{_finding(lines)}" for name, lines in found.items()]
    return "\n\n".join(["## Findings", f"### What single features tell\n\n{alone}", *tables])


def _finding(lines: Sequence[Finding]) -> str:
    header = sorted({name for line in lines for name in line}, key=lambda name: _place(name, lines[0].get(name)))
    shown = markdown_table(header, [[_cell(name, line.get(name)) for name in header] for line in lines[:_LINES_OF_A_FINDING]])
    more = len(lines) - _LINES_OF_A_FINDING
    return f"{shown}\n\n{more} more in `report.json`." if more > 0 else shown


def _place(name: str, value: object) -> tuple[bool, bool, str]:
    """Return where a column stands: moments first, then words, then figures."""
    return name not in _MOMENTS, not isinstance(value, str), name


def _cell(name: str, value: object) -> str:
    if name in _MOMENTS and isinstance(value, int):
        return format_time(value)[:10]
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else str(value)


def _limits(report: TrainingReport) -> str:
    unknown = report.data.unknown_customers
    lines = [
        f"- Not asked about: {WORDINGS[report.model].not_asked}"
        + (f"; {unknown:,} whose own row was not known by then." if unknown else "."),
        f"- It answers at {', '.join(sorted(report.horizons, key=int))} days. Beyond, nothing was graded.",
        "- It says what will happen, not what would change it: whom an offer helps is another question.",
        "- Nobody may be refused service, charged more or otherwise be decided on to their harm by this figure alone.",
        "- It holds for this company, this company file and these features; where one of them changes, train again.",
        *([f"- Rather go by `{report.grade.fallback}`: this model abstains."] if report.grade and report.grade.fallback else []),
    ]
    return "## Limits\n\n" + "\n".join(lines)


def _reproduced(report: TrainingReport) -> str:
    snapshots = [[as_of[:10], f"`{digest}`"] for as_of, digest in report.data.snapshots.items()]
    said = (
        f"`lifecycle train {report.model} --repeat {report.run_id}` does it again: from the event log and the company file named "
        f"above, seed {report.seed}{_conditions(report)}, comes model `{report.model_sha}`."
    )
    return f"## How to make it again\n\n{said}\n\n{markdown_table(['snapshot', 'digest'], snapshots)}"


def _conditions(report: TrainingReport) -> str:
    if report.conditions is None:
        return ""
    used, as_of, tried = report.conditions.environment, report.conditions.as_of, report.conditions.tune
    return (
        (f", as of {format_time(as_of)}" if as_of is not None else "")
        + (f", {tried} ways to grow trees tried" if tried else "")
        + f", Python {used.python} on {used.machine}, "
        + ", ".join(f"{name} {version}" for name, version in sorted(used.libraries.items()))
        + f", program `{used.source}`"
    )


def _estimate(measures: Mapping[str, Estimate], measure: str) -> str:
    return measures[measure].text if measure in measures else ""


CHAPTERS: Mapping[str, Chapter] = {
    "figures": _figures,
    "moments": _moments,
    "groups": _groups,
    "data": _learned_from,
    "recipe": _recipe,
    "findings": _findings,
    "limits": _limits,
    "again": _reproduced,
}
"""In their order; the gates follow."""
