"""Is everything whole that a reader of an installation would open, and do pointer, ledger and report agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from features.company import stored_company
from features.errors import LifecycleError
from features.home import Home
from features.reports.retrain import read_retrain_report, retrain_report_path
from features.snapshot import open_snapshot
from features.stages.kept import open_monday
from features.write_once import TEMPORARY
from models.bundle import load_live, load_model, load_public_key, open_predictions, read_bundle, read_live
from training.publishing.ledger import read_ledger
from training.records.candidates import stored_candidate
from training.records.report import TrainingReport


@dataclass(frozen=True)
class Before:
    """What stood before the retraining: the bytes of the ledger, and those of the report; None where there was none."""

    ledger: bytes
    report: bytes | None

    @classmethod
    def of(cls, home: Home) -> Before:
        """Take it down."""
        path = retrain_report_path(home)
        return cls(home.ledger.read_bytes(), path.read_bytes() if path.exists() else None)


def faults(home: Home, before: Before) -> list[str]:
    """Return what is not whole, in words."""
    return [*_unreadable(home), *_disagreeing(home, before)]


def left_behind(home: Home) -> list[Path]:
    """Return what processes that were killed left: names that no reader opens."""
    return [path for path in home.root.rglob(f"{TEMPORARY}*") if TEMPORARY not in path.parent.as_posix()]


def _unreadable(home: Home) -> list[str]:
    key = load_public_key(home)
    opened: list[tuple[Path, Callable[[Path], object]]] = [
        (home.snapshots, open_snapshot),
        (home.stages, open_monday),
        (home.models, lambda folder: load_model(home, folder.name)),
        (home.bundles, lambda folder: read_bundle(home, folder.name, public_key=key)),
        (home.predictions, lambda folder: open_predictions(home, folder.name)),
        (home.companies, lambda file: stored_company(home, file.stem)),
        (home.root / "candidates", lambda folder: _open_candidate(home, folder)),
    ]
    return [fault for parent, reader in opened for fault in _faults_below(parent, reader)]


def _faults_below(parent: Path, reader: Callable[[Path], object]) -> Iterable[str]:
    for path in sorted(parent.glob("[!.]*")):
        try:
            reader(path)
        except (LifecycleError, OSError) as error:
            yield f"{parent.name}/{path.name[:40]} cannot be opened: {error}"


def _open_candidate(home: Home, folder: Path) -> None:
    report = TrainingReport.from_json((folder / "report.json").read_bytes())
    load_model(home, stored_candidate(home, report.model, run_id=folder.name).report.model_sha)
    pictures = sorted((folder / "pictures").iterdir())
    if not pictures or any(not picture.stat().st_size for picture in pictures):
        raise FileNotFoundError("its pictures are not whole")


def _disagreeing(home: Home, before: Before) -> list[str]:
    moves, live, report = read_ledger(home), read_live(home), retrain_report_path(home)
    found = []
    try:
        load_live(home, public_key=load_public_key(home), trial=False)
    except LifecycleError as error:
        found.append(f"what is live cannot be served: {error}")
    if not moves or moves[-1].live != live:
        found.append("the pointer is not where the ledger's newest line says")
    if not home.ledger.read_bytes().startswith(before.ledger):
        found.append("a line of the ledger was rewritten")
    if report.exists() and report.read_bytes() != before.report and not _is_of_now(home):
        found.append("the report is neither the old one nor of what is live")
    return found


def _is_of_now(home: Home) -> bool:
    report, live = read_retrain_report(home), read_live(home)
    return report is not None and live is not None and report.live.predictions == live.predictions
