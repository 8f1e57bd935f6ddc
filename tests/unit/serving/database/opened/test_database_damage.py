"""A file of the operational database that is gone, replaced, cut or changed: said as such, never answered from."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from serving.database import DatabaseDamaged, DatabaseUnavailable, keys, open_database, reading
from serving.database.tables import api_keys


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lifecycle.db"


def ids(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.scalars(select(api_keys.c.id)))


def remove(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def test_a_removed_file_is_unavailable_and_is_not_made_again(sqlite_engine: Engine, path: Path) -> None:
    assert ids(sqlite_engine) == []

    remove(path)

    with pytest.raises(DatabaseUnavailable):
        ids(sqlite_engine)
    assert not path.exists()


def test_a_restored_file_is_read_at_once_instead_of_the_one_before(sqlite_engine: Engine, path: Path, tmp_path: Path) -> None:
    other = open_database(f"sqlite:///{tmp_path / 'backup.db'}")
    made = keys.create_key(other, name="restored", scopes=["read"], created_at=1)
    other.dispose()
    assert ids(sqlite_engine) == []

    remove(path)
    shutil.copy(tmp_path / "backup.db", path)

    assert ids(sqlite_engine) == [made.id]


@pytest.mark.parametrize("kept", [0, 100, 5000])
def test_a_cut_file_is_damaged(path: Path, kept: int) -> None:
    engine = stored(path)
    os.truncate(path, kept)

    with pytest.raises(DatabaseDamaged, match="backup"):
        ids(engine)


@pytest.mark.parametrize("place", [0, 100])
def test_a_changed_file_is_damaged(path: Path, place: int) -> None:
    engine = stored(path)
    with path.open("r+b") as file:
        file.seek(place)
        file.write(b"\xff" * 16)

    with pytest.raises(DatabaseDamaged):
        ids(engine)


def test_a_damaged_file_is_not_opened(path: Path) -> None:
    path.write_bytes(b"no database " * 1000)

    with pytest.raises(DatabaseDamaged):
        open_database(f"sqlite:///{path}")


def stored(path: Path) -> Engine:
    """Return an engine without a connection, over a file in which everything written has arrived."""
    engine = open_database(f"sqlite:///{path}")
    keys.create_key(engine, name="n", scopes=["read"], created_at=1)
    engine.dispose()
    return engine
