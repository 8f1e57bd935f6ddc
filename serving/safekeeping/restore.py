"""How does a copy become an installation again: hashes checked first, into an empty place, the database counted afterwards."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias

from sqlalchemy import Engine

from features.errors import Conflict, Damaged, NotFound
from features.home import Home
from features.times import parse_time
from features.write_once import TEMPORARY, SealBroken, make_folder, sync_folder, unsealed
from serving.database import database_url, open_database, reading, writing
from serving.database.opened.migrate import head_revision
from serving.privacy.reapplying import erase_again
from serving.safekeeping.backup import ARCHIVE, FILES, FORMAT, MANIFEST, Backup
from serving.safekeeping.files import copy_file, sync_folders
from serving.safekeeping.rows import TableCopy, count, filled_tables, load

AfterRestore: TypeAlias = Callable[[Home, Engine], None]

AFTER_RESTORE: tuple[AfterRestore, ...] = (erase_again,)
"""What is done with an installation before it is used: erasing again who was erased since the copy was made."""

_ERASED = "erased.jsonl"


class BackupMissing(NotFound):
    """There is no finished backup at the place."""


class BackupDamaged(Damaged):
    """A backup is not what was written. Nothing was restored."""


class BackupForeign(Conflict):
    """A backup was made by another version of the tables."""


class NotEmpty(Conflict):
    """Something stands where an installation is to be restored."""


def restore(source: Path, home: Home, *, url: str | None = None, erased: Path | None = None) -> Backup:
    """Make an installation of the backup at `source`; `url` names its database, by default the file of the installation.

    `erased` is the newest record of who was erased: whoever was erased after the copy was made is erased again.

    Raises
    ------
    BackupMissing, BackupDamaged, BackupForeign
        If there is no backup, or it is not what was written, or of other tables.
    NotEmpty
        If the place or the database holds anything.
    """
    _refuse_full(home)
    make_folder(home.root.parent.absolute())
    with _unpacked(source, beside=home.root) as folder:
        backup = read_backup(folder)
        draft = Home(Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=home.root.parent)))
        try:
            _copy_checked(folder, draft, backup, erased=erased)
            _fill(draft, backup, url=url)
            _put(draft, home)
        finally:
            shutil.rmtree(draft.root, ignore_errors=True)
    _finish(home, url)
    return backup


def read_backup(folder: Path) -> Backup:
    """Return what the manifest of an unpacked backup says.

    Raises
    ------
    BackupMissing, BackupDamaged, BackupForeign
        If there is none, it is not what was written, or this version cannot read it.
    """
    try:
        body = unsealed((folder / MANIFEST).read_bytes())
    except FileNotFoundError as error:
        raise BackupMissing(f"needed a finished backup, found no {MANIFEST} in {folder}") from error
    except SealBroken as error:
        raise BackupDamaged(f"needed {MANIFEST} as it was written, found another; use another backup") from error
    if body.get("format") != FORMAT or body["revision"] != head_revision():
        raise BackupForeign(
            f"needed a backup of format {FORMAT} with tables at revision {head_revision()}, found format {body.get('format')} "
            f"and {body.get('revision')}; restore it with the version that made it, then upgrade"
        )
    return _backup(body)


def _backup(body: dict[str, Any]) -> Backup:
    for name in body["files"]:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise BackupDamaged("needed files inside the backup, found one that leads out of it; use another backup")
    tables = {name: TableCopy(**table) for name, table in body["tables"].items()}
    return Backup(parse_time(body["made_at"]), body["revision"], body["files"], tables)


def _refuse_full(home: Home) -> None:
    if home.root.exists() and any(home.root.iterdir()):
        raise NotEmpty(
            f"needed an empty folder or none at {home.root}, found files; name another LIFECYCLE_HOME, or move it away"
        )


@contextmanager
def _unpacked(source: Path, *, beside: Path) -> Iterator[Path]:
    if source.suffix != ARCHIVE:
        yield source
        return
    with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=beside.parent) as folder:
        try:
            with tarfile.open(source) as archive:
                archive.extractall(folder, filter="data")
        except FileNotFoundError as error:
            raise BackupMissing(f"needed a backup at {source}, found none") from error
        except tarfile.TarError as error:
            raise BackupDamaged(f"needed an archive at {source}, found none that can be read; use another backup") from error
        yield Path(folder)


def _copy_checked(folder: Path, draft: Home, backup: Backup, *, erased: Path | None) -> None:
    lost = []
    for name, sha in backup.files.items():
        part, _, path = name.partition("/")
        target = (draft.root if part == FILES else draft.root / TEMPORARY) / path
        try:
            is_whole = copy_file(folder / name, target) == sha
        except FileNotFoundError:
            is_whole = False
        lost += [] if is_whole else [name]
    if lost:
        raise BackupDamaged(f"needed every file as it was written, found otherwise: {', '.join(lost)}; use another backup")
    if erased is not None:
        copy_file(erased, draft.root / _ERASED)


def _fill(draft: Home, backup: Backup, *, url: str | None) -> None:
    """Load the rows, in one transaction, and count them as they stand then."""
    rows = draft.root / TEMPORARY
    engine = open_database(database_url(draft, url))
    try:
        with writing(engine) as connection:
            if filled := filled_tables(connection):
                raise NotEmpty(
                    f"needed an empty database, found rows in {', '.join(filled)}; name another LIFECYCLE_DATABASE_URL"
                )
            load(connection, rows, backup.tables)
        with reading(engine) as connection:
            found = count(connection)
    finally:
        engine.dispose()
    if wrong := [name for name, table in backup.tables.items() if found.get(name) != table]:
        raise BackupDamaged(
            f"needed the rows that were copied, found others in {', '.join(wrong)}; empty the database and try again"
        )
    shutil.rmtree(rows)


def _put(draft: Home, home: Home) -> None:
    sync_folders(draft.root)
    if home.root.exists():
        home.root.rmdir()
    draft.root.rename(home.root)
    sync_folder(home.root.parent.absolute())


def _finish(home: Home, url: str | None) -> None:
    engine = open_database(database_url(home, url))
    try:
        for step in AFTER_RESTORE:
            step(home, engine)
    finally:
        engine.dispose()
