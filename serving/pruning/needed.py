"""What is still needed: all that the live pointer, the states verified before, a way back or the monitor may ask for."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from features.errors import LifecycleError
from features.home import Home
from features.times import DAY, Timestamp, to_datetime
from models.bundle import Live, predictions_origin, read_live
from models.bundle.ledger import LedgerEntry, read_ledger
from models.bundle.predictions import PredictionsOrigin
from models.bundle.sealed import open_sealed
from serving.pruning.retention import Retention


@dataclass(frozen=True)
class Needed:
    """Names of what stays. `published`: snapshots that predictions were made on; others belong to trainings."""

    predictions: frozenset[str]
    bundles: frozenset[str]
    models: frozenset[str]
    snapshots: frozenset[str]
    published: frozenset[str]


def what_is_needed(home: Home, keep: Retention, *, now: Timestamp) -> Needed:
    """Return what stays.

    Raises
    ------
    LedgerUnreadable, PointerDamaged
        If what was live cannot be read; then nothing may be removed.
    """
    moves, lives = read_ledger(home), _lives(home)
    origins = _origins(home)
    monthly = _first_of_each_month(moves, origins, since=now - keep.monitored_days * DAY)
    recent = {move.live.predictions for move in moves if move.at >= now - keep.predictions_days * DAY}
    snapshots = {live.snapshot for live in lives} | {origins[name].snapshot for name in monthly}
    ways_back = {name for name, origin in origins.items() if origin.snapshot in {live.snapshot for live in lives}}
    models = _models(home, moves, lives, keep)
    newest = sorted({(origin.as_of, origin.snapshot) for origin in origins.values()})[-keep.snapshots :]
    published = {origin.snapshot for origin in origins.values()} | {move.live.snapshot for move in moves}
    return Needed(
        predictions=_names(live.predictions for live in lives) | _names(recent) | _names(monthly) | _names(ways_back),
        bundles=_names(live.bundle for live in lives) | _bundles_of(home, models),
        models=models,
        snapshots=_names(snapshots) | _names(snapshot for _, snapshot in newest),
        published=_names(published),
    )


def _lives(home: Home) -> list[Live]:
    """Return what is live and what was verified lately, from which a service starts if the pointer's target is damaged."""
    live = read_live(home)
    kept: list[Mapping[str, Any]] = []
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads((home.root / "last_good.json").read_bytes())["states"]
    return [*([] if live is None else [live]), *(Live(**state) for state in kept)]


def _origins(home: Home) -> dict[str, PredictionsOrigin]:
    found = {}
    for path in home.predictions.glob("[!.]*"):
        with suppress(LifecycleError):  # what cannot be read stays: only `verify` speaks about it
            found[path.name] = predictions_origin(home, path.name)
    return found


def _first_of_each_month(moves: Sequence[LedgerEntry], origins: Mapping[str, PredictionsOrigin], *, since: Timestamp) -> set[str]:
    """Return the predictions that the monitor counts, as far as it may look back: of each bundle the first as of a month."""
    first: dict[tuple[int, int, str], str] = {}
    for move in moves:
        name = move.live.predictions or ""
        if move.at >= since and name in origins:
            moment = to_datetime(origins[name].as_of)
            first.setdefault((moment.year, moment.month, origins[name].bundle), name)
    return set(first.values())


def _models(home: Home, moves: Sequence[LedgerEntry], lives: Iterable[Live], keep: Retention) -> frozenset[str]:
    """Return the models that are live or may be gone back to, those of the newest trainings, and those of verified states."""
    were_live: dict[str, list[str]] = {}
    for move in reversed(moves):
        for question, sha in move.models.items():
            known = were_live.setdefault(question, [])
            if sha not in known:
                known.append(sha)
    back = [sha for shas in were_live.values() for sha in shas[: keep.models]]
    verified = [sha for live in lives for sha in _models_of(home, live.bundle)]
    return _names([*back, *verified, *(training.model for training in trainings(home, keep) if training.is_new)])


@dataclass(frozen=True)
class Training:
    """A trained model that waits for promotion: its run, its name, and whether it is one of the newest of its question."""

    run: str
    model: str
    is_new: bool


def trainings(home: Home, keep: Retention) -> list[Training]:
    """Return the trainings whose reports can be read; of others nothing is known, so they stay."""
    found: dict[str, list[tuple[int, str, str]]] = {}
    for path in (home.root / "candidates").glob("[!.]*/report.json"):
        with suppress(OSError, ValueError, KeyError):
            report = json.loads(path.read_bytes())
            found.setdefault(report["model"], []).append((report["trained_at"], path.parent.name, report["model_sha"]))
    newest = {question: sorted(runs)[-keep.candidates :] for question, runs in found.items()}
    return [Training(run[1], run[2], run in newest[question]) for question, runs in found.items() for run in runs]


def _models_of(home: Home, bundle: str | None) -> Collection[str]:
    with suppress(LifecycleError):
        models: dict[str, str] = open_sealed(home.bundles, bundle or "").manifest["models"]
        return models.values()
    return ()


def _bundles_of(home: Home, models: Collection[str]) -> frozenset[str]:
    """Return the bundles of which every model stays."""
    names = [path.name for path in home.bundles.glob("[!.]*")]
    return frozenset(name for name in names if (held := _models_of(home, name)) and set(held) <= set(models))


def _names(found: Iterable[str | None]) -> frozenset[str]:
    return frozenset(name for name in found if name is not None)
