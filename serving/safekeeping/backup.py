"""How is an installation copied while it runs: into a folder or an archive that appears whole or not at all.

The private signing key stands outside the installation and is not in the copy; everything else that answers is, secrets too.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Engine

from features.errors import Conflict
from features.home import Home
from features.times import Timestamp, format_time
from features.write_once import TEMPORARY, make_folder, sealed, sha256_of_file, sync_folder
from models.bundle import read_live
from serving.database.opened.migrate import current_revision
from serving.safekeeping.files import BackupDisturbed, copy_log, copy_named, copy_naming, sync_folders
from serving.safekeeping.rows import TableCopy, dump, one_moment

FORMAT = 1
MANIFEST, FILES, ROWS = "backup.json", "home", "database"
ARCHIVE = ".tar"

_SEAL = "manifest.json"


class BackupExists(Conflict):
    """Something stands where the backup is to be written."""


@dataclass(frozen=True)
class Backup:
    """What a backup holds: when and by which tables it was made, SHA-256 of every file by its path, how much of each table."""

    made_at: Timestamp
    revision: str
    files: Mapping[str, str]
    tables: Mapping[str, TableCopy]

    @property
    def rows(self) -> int:
        """Return how many rows of the database it holds."""
        return sum(table.rows for table in self.tables.values())

    def as_json(self) -> dict[str, object]:
        """Return what the manifest says."""
        tables = {name: asdict(table) for name, table in self.tables.items()}
        moment = format_time(self.made_at)
        return {"format": FORMAT, "made_at": moment, "revision": self.revision, "files": dict(self.files), "tables": tables}


def back_up(home: Home, engine: Engine, *, to: Path, now: Timestamp) -> Backup:
    """Copy the installation to the folder `to`, or to an archive where its name ends in `.tar`.

    Raises
    ------
    BackupExists
        If something stands there.
    BackupDisturbed
        If it kept changing while it was copied; nothing is left behind.
    """
    if to.exists():
        raise BackupExists(f"needed a place for the backup where nothing stands, found {to}; name another, or move that away")
    with _draft(to) as draft:
        made = _copied(home, engine, draft, now=now)
        (draft / MANIFEST).write_bytes(sealed(made.as_json()))
        sync_folders(draft)
        _published(draft, to)
    return made


def _copied(home: Home, engine: Engine, draft: Path, *, now: Timestamp) -> Backup:
    files, rows = draft / FILES, draft / ROWS
    rows.mkdir()
    found = copy_naming(home, files)
    with one_moment(engine) as connection:
        revision = current_revision(connection) or ""
        tables = dump(connection, rows)
    found |= copy_named(home, files, database=engine.url.database) | copy_log(home, files)
    _refuse_incomplete(Home(files))
    hashes = {f"{FILES}/{name}": sha for name, sha in found.items()}
    hashes |= {f"{ROWS}/{path.name}": sha256_of_file(path) for path in rows.iterdir()}
    return Backup(now, revision, hashes, tables)


def _refuse_incomplete(copy: Home) -> None:
    """Let a copy pass only if everything that its own pointer names is in it."""
    live = read_live(copy)
    if live is None:
        return
    named = {copy.bundles: live.bundle, copy.predictions: live.predictions}
    lost = [f"{folder.name}/{name[:12]}" for folder, name in named.items() if name and not (folder / name / _SEAL).exists()]
    if lost:
        raise BackupDisturbed(f"needed {', '.join(lost)}, which was live, found it removed meanwhile; run the backup again")


@contextmanager
def _draft(to: Path) -> Iterator[Path]:
    make_folder(to.parent.absolute())
    draft = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=to.parent))  # for its owner only: it holds secrets and people
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _published(draft: Path, to: Path) -> None:
    if to.suffix != ARCHIVE:
        draft.rename(to)
    else:
        _archived(draft, to)
    sync_folder(to.parent.absolute())


def _archived(draft: Path, to: Path) -> None:
    handle, name = tempfile.mkstemp(prefix=TEMPORARY, dir=to.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as archive:
                archive.add(draft, arcname=".")
            file.flush()
            os.fsync(file.fileno())
        Path(name).rename(to)
    finally:
        Path(name).unlink(missing_ok=True)
