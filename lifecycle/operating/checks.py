"""What is checked, and how: one function a kind of stored thing, each returning how many there are and what is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from features.errors import LifecycleError
from features.log.store import EventLog, verify_log
from features.snapshot import open_snapshot
from lifecycle.database import open_operational
from models.bundle import load_live, load_public_key, read_bundle, read_live
from models.bundle.sealed import open_sealed
from serving.database.chain.checking import check_audit
from training.publishing.ledger import read_ledger

if TYPE_CHECKING:
    from features.home import Home
    from lifecycle.settings import Settings


@dataclass(frozen=True)
class Checked:
    """What a check found: of which part, how many of what, and each fault in a sentence."""

    part: str
    count: int
    what: str
    faults: tuple[str, ...] = ()


def check_everything(settings: Settings) -> list[Checked]:
    """Check every part; one that cannot even be opened is a fault of that part, and the others are checked all the same."""
    home = settings.home
    checks: dict[str, Callable[[], Checked]] = {
        "audit": lambda: _audit(settings),
        "event log": lambda: _event_log(home),
        "snapshots": lambda: _each("snapshots", home.snapshots.glob("[0-9]*-*"), open_snapshot),
        "stages": lambda: _each("stages", home.stages.glob("[0-9]*-*"), _open_monday),
        "models": lambda: _each("models", _named(home.models), _open_whole),
        "bundles": lambda: _each("bundles", _named(home.bundles), lambda path: _open_signed(home, path)),
        "predictions": lambda: _each("predictions", _named(home.predictions), _open_whole),
        "companies": lambda: _each("companies", home.companies.glob("[!.]*.toml"), _open_company),
        "live pointer": lambda: _live_pointer(home),
        "ledger": lambda: Checked("ledger", len(read_ledger(home)), "moves of the pointer"),
    }
    return [_checked(part, check) for part, check in checks.items()]


def _checked(part: str, check: Callable[[], Checked]) -> Checked:
    try:
        return check()
    except (LifecycleError, OSError) as error:
        return Checked(part, 0, "could be checked", (str(error),))


def _audit(settings: Settings) -> Checked:
    if settings.database_url is None and not settings.home.database.exists():
        return Checked("audit", 0, "entries: there is no operational database yet")
    with open_operational(settings) as engine:
        found = check_audit(settings.home, engine)
    return Checked("audit", found.entries, f"entries sealed, {found.waiting:,} wait to be", found.faults)


def _event_log(home: Home) -> Checked:
    if not home.log.exists():
        return Checked("event log", 0, "files: there is no log yet")
    damaged = verify_log(home)
    faults = tuple(f"log/{path} is missing or not what was written" for path in damaged)
    return Checked("event log", len(EventLog.open(home).manifest.files), "files", faults)


def _each(part: str, paths: Iterable[Path], opened: Callable[[Path], object]) -> Checked:
    faults, found = [], sorted(paths)
    for path in found:
        try:
            opened(path)
        except (LifecycleError, OSError, ValueError) as error:
            if path.exists():  # removed meanwhile, by who keeps the folder tidy
                faults.append(f"{part}/{path.name}: {error}")
    return Checked(part, len(found), part, tuple(faults))


def _named(parent: Path) -> Iterable[Path]:
    return parent.glob("[!.]*")


def _open_monday(path: Path) -> None:
    from features.stages.kept import open_monday  # loads the kernel, which an installation without stages need not wait for

    open_monday(path)


def _open_whole(path: Path) -> None:
    sealed = open_sealed(path.parent, path.name)
    for name in sealed.manifest["files"]:
        sealed.checked_path(name)


def _open_signed(home: Home, path: Path) -> None:
    bundle = read_bundle(home, path.name, public_key=load_public_key(home))
    for sha in bundle.models.values():
        open_sealed(home.models, sha)


def _open_company(path: Path) -> None:
    if hashlib.sha256(path.read_bytes()).hexdigest() != path.stem:
        raise ValueError("its content does not have the hash that is its name")


def _live_pointer(home: Home) -> Checked:
    live = read_live(home)
    if live is None or live.bundle is None:
        return Checked("live pointer", 0, "models: nothing is live yet")
    state = load_live(home, public_key=load_public_key(home), trial=False)
    faults = () if (home.companies / f"{live.company}.toml").exists() else ("the live company file is not stored",)
    return Checked("live pointer", len(state.models), "models live", faults)
