"""Which files make an installation, and how is each copied: hashed on its way, whole, under the path it had.

The order makes copies consistent while others write. First what names (pointer, ledger, head of the audit), then the database,
then what is named, none of which ever changes, and last the log at its newest version. So whatever the copy names is in it; what
was drained from the database meanwhile is in the log too, and the next drain finds that out.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from features.errors import Conflict
from features.home import Home
from features.log.manifest import read_manifest
from features.write_once import TEMPORARY, sync_folder

NAMING = ("live.json", "ledger.pending", "ledger.jsonl", "audit-head.json")
NOT_COPIED = ("mlflow", "log", "last_good.json", "names")
"""Pictures of trainings, which have their own backup; the log, copied by its manifest; a hint and names, which are made again."""

_LEFT_OUT = (".lock", ".pending", ".writing", ".next", ".migrating", "-wal", "-shm", "-journal")
_CHUNK = 1 << 20
_TRIES = 5


class BackupDisturbed(Conflict):
    """What was copied changed again and again meanwhile."""


def copy_naming(home: Home, target: Path) -> dict[str, str]:
    """Copy the files that name others, all of one moment; return the SHA-256 of each by its path."""
    for _ in range(_TRIES):
        first = _contents(home)
        if first == _contents(home):
            return {name: _written(target / name, content) for name, content in first.items()}
    raise BackupDisturbed("needed the live pointer to stand still for a moment, found it moving; run the backup again")


def copy_named(home: Home, target: Path, *, database: str | None) -> dict[str, str]:
    """Copy everything else below the home but the log and the database's file; return the SHA-256 of each file by its path."""
    files = {home.database.absolute(), Path(database or home.database).absolute()}
    copied = {}
    for path in _files(home.root):
        name = path.relative_to(home.root).as_posix()
        if name not in NAMING and name.partition("/")[0] not in NOT_COPIED and path.absolute() not in files:
            try:
                copied[name] = copy_file(path, target / name)
            except FileNotFoundError:  # it was removed meanwhile; what the pointer names is asked for at the end
                (target / name).unlink(missing_ok=True)
    return copied


def copy_log(home: Home, target: Path) -> dict[str, str]:
    """Copy one version of the event log; a writer that sweeps it meanwhile makes us begin with the next one."""
    for _ in range(_TRIES):
        manifest = home.log / "manifest.json"
        content = manifest.read_bytes() if manifest.exists() else None
        pinned = read_manifest(home)
        if pinned is None or content is None:
            return {}
        try:
            copied = {f"log/{path}": copy_file(home.log / path, target / "log" / path) for path in pinned.files}
        except FileNotFoundError:
            continue
        return copied | {"log/manifest.json": _written(target / "log" / "manifest.json", content)}
    raise BackupDisturbed(
        "needed the event log to stand still for a moment, found it written again and again; run it again later"
    )


def copy_file(source: Path, target: Path) -> str:
    """Copy one file, durably, readable by its owner only; return the SHA-256 of what was copied."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with source.open("rb") as old, _owned(target) as new:
        while chunk := old.read(_CHUNK):
            digest.update(chunk)
            new.write(chunk)
        new.flush()
        os.fsync(new.fileno())
    return digest.hexdigest()


def sync_folders(root: Path) -> None:
    """Make every name below `root` durable."""
    for folder in (root, *(path for path in root.rglob("*") if path.is_dir())):
        sync_folder(folder)


def _contents(home: Home) -> dict[str, bytes]:
    return {name: path.read_bytes() for name in NAMING if (path := home.root / name).exists()}


def _files(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        is_passing = any(part.startswith(TEMPORARY) for part in parts) or path.name.endswith(_LEFT_OUT)
        if path.is_file() and not is_passing:
            yield path


def _written(target: Path, content: bytes) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    with _owned(target) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return hashlib.sha256(content).hexdigest()


def _owned(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb")
