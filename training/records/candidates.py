"""Where does a trained model wait for promotion: one write-once folder a run, with its report, its card and its pictures."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from features.errors import NotFound
from features.home import Home
from features.reports.stored import ReportUnreadable
from features.write_once import new_folder, publish_folder
from models.bundle.sealed import is_whole
from training.records.card import model_card
from training.records.report import TrainingReport

_REPORT = "report.json"
_CARD = "model_card.md"
_PICTURES = "pictures"


class CandidateMissing(NotFound):
    """No trained model of that name, or no such run."""


@dataclass(frozen=True)
class Candidate:
    """A trained model that may be promoted: its report, and the folder it stands in."""

    report: TrainingReport
    folder: Path


def store_candidate(home: Home, report: TrainingReport, *, pictures: Path) -> Candidate:
    """Keep the report, its card, and the files of a folder of pictures under the run's id."""
    with new_folder(_folder(home)) as temporary:
        (temporary / _REPORT).write_bytes(report.to_json())
        (temporary / _CARD).write_text(model_card(report), encoding="utf-8")
        shutil.copytree(pictures, temporary / _PICTURES)
        return Candidate(report, publish_folder(temporary, _folder(home) / report.run_id))


def stored_candidates(home: Home, model: str | None = None) -> list[Candidate]:
    """Return every candidate (of one model, if named), the newest first; a report of another version is passed over."""
    found = [_readable(path.parent) for path in _folder(home).glob(f"[!.]*/{_REPORT}")]
    mine = [candidate for candidate in found if candidate is not None and model in (None, candidate.report.model)]
    return sorted(mine, key=lambda candidate: (candidate.report.trained_at, candidate.report.run_id), reverse=True)


def stored_candidate(home: Home, model: str, *, run_id: str | None = None) -> Candidate:
    """Return the candidate of a run, the newest if none is named.

    Raises
    ------
    CandidateMissing
        If there is none; the message lists the runs there are.
    ReportUnreadable
        If the run that is named was stored by another version, or damaged.
    """
    if run_id is not None and (path := _folder(home) / Path(run_id).name / _REPORT).is_file():
        _read(path.parent)
    known = stored_candidates(home, model)
    wanted = [candidate for candidate in known if run_id in (None, candidate.report.run_id)]
    if not wanted:
        runs = ", ".join(candidate.report.run_id for candidate in known[:5]) or "none"
        needed = f"run {run_id} of {model}" if run_id else f"a trained {model} model"
        raise CandidateMissing(f"needed {needed}, found {runs}; `lifecycle train {model}` makes one")
    return wanted[0]


def candidate_made_from(home: Home, model: str, digest: str) -> Candidate | None:
    """Return the newest candidate made from exactly this (`training.made_from`) whose model still stands whole; None without."""
    known = [candidate for candidate in stored_candidates(home, model) if candidate.report.made_from == digest]
    return next((candidate for candidate in known if is_whole(home.models, candidate.report.model_sha)), None)


def _folder(home: Home) -> Path:
    return home.root / "candidates"


def _readable(folder: Path) -> Candidate | None:
    try:
        return _read(folder)
    except ReportUnreadable:
        return None


def _read(folder: Path) -> Candidate:
    return Candidate(TrainingReport.from_json((folder / _REPORT).read_bytes()), folder)
