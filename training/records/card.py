"""What should somebody know of a trained model before they rely on it: its card, in Markdown, from the report alone."""

from __future__ import annotations

from collections.abc import Sequence

from training.gates import GateResult, report_gates
from training.records.chapters import CHAPTERS, gates_chapter
from training.records.report import TrainingReport
from training.records.wording import question_text

_FIRST = ("figures", "data", "limits", "moments", "recipe")
_WHOLE = "The whole card, with every past moment and every digest, is the artefact `model_card.md` of the run."


def model_card(report: TrainingReport, gates: Sequence[GateResult] | None = None) -> str:
    """Return the card of a trained model, as Markdown; aggregates only, and equal for equal reports.

    `gates` are the verdicts to show, those that the report alone can give if none are given.
    """
    title = f"# {report.model.capitalize()}, {report.horizon_days} days"
    chapters = [chapter(report) for chapter in CHAPTERS.values()]
    verdicts = gates_chapter(report_gates(report) if gates is None else gates)
    return "\n\n".join(filter(None, [title, first_line(report), *chapters, verdicts])) + "\n"


def model_card_opening(report: TrainingReport, *, characters: int) -> str:
    """Return what of the card matters first, whole chapters up to so many characters, and where the rest stands.

    Its first line is plain text, and says the question and the grade by itself: lists show no more.
    """
    text = first_line(report)
    for name in _FIRST:
        longer = f"{text}\n\n{CHAPTERS[name](report)}"
        if len(longer) + len(_WHOLE) + 2 <= characters:
            text = longer
    return f"{text}\n\n{_WHOLE}"


def first_line(report: TrainingReport) -> str:
    """Return the question and the grade in one line of plain text."""
    grade = f" Grade {report.grade.letter}: {report.grade.words}." if report.grade else ""
    return f"{question_text(report)}{grade}"
