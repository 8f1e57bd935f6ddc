"""Where do trials stand until the search is over, and after: one SQLite file a search below `tuning/`, held by one process.

It is an optuna study of trials that have ended, so optuna's own tools can look at it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from features.errors import Conflict, Damaged
from features.home import Home
from features.write_once import TEMPORARY, sync_folder
from training.tuning.search import quiet_optuna

if TYPE_CHECKING:
    from optuna import Study
    from optuna.storages import RDBStorage


class TuningLocked(Conflict):
    """Another process is making the trials of this search."""


class TrialsDamaged(Damaged):
    """The file of a search is not one that optuna wrote."""


@contextmanager
def stored_study(home: Home, name: str) -> Iterator[Study]:
    """Hold the trials of the search of that name, none where it is new; they stay when it ends or is killed.

    Raises
    ------
    TuningLocked
        If another process holds them.
    TrialsDamaged
        If the file is not readable.
    """
    import optuna

    path = home.tuning / f"{name}.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    with _held(path), quiet_optuna():
        if not path.exists():
            _create(path)
        with _storage(path) as storage:
            yield optuna.load_study(study_name=name, storage=storage)


@contextmanager
def _held(path: Path) -> Iterator[None]:
    handle = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _take(handle, path.name)
        yield
    finally:
        os.close(handle)


def _take(handle: int, name: str) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise TuningLocked(
            f"needed the trials {name} to itself, found another process tuning the same; wait until it is done, then run this "
            "again: its trials are used"
        ) from error


def _create(path: Path) -> None:
    """Make the file whole or not at all: a kill among its tables must not keep the search from going on."""
    import optuna

    temporary = path.with_name(f"{TEMPORARY}{path.name}")
    temporary.unlink(missing_ok=True)
    with _storage(temporary) as storage:
        optuna.create_study(study_name=path.stem, storage=storage)
    temporary.rename(path)
    sync_folder(path.parent)


@contextmanager
def _storage(path: Path) -> Iterator[RDBStorage]:
    from optuna.storages import RDBStorage
    from sqlalchemy.exc import DatabaseError

    try:
        storage = RDBStorage(f"sqlite:///{path.resolve()}")
    except (DatabaseError, RuntimeError) as error:  # RuntimeError: tables of another version of optuna
        raise TrialsDamaged(
            f"needed trials in {path}, found a file that optuna does not read; remove it to tune from the start"
        ) from error
    try:
        yield storage
    finally:
        storage.remove_session()
        storage.engine.dispose()
