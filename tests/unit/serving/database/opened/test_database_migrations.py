"""The packaged migrations make exactly the tables that are declared, once, whole, and backwards too."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

import serving
from serving.database import open_database, reading, writing
from serving.database.opened import migrate, postgres, sqlite
from serving.database.tables import metadata

pytestmark = pytest.mark.usefixtures("tables_made_anew")

ROOT = Path(serving.__file__).parents[1]
OPEN = "import sys; from serving.database import open_database; open_database(sys.argv[1]).dispose()"


def table_names(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_the_migrations_make_the_declared_tables(engine: Engine) -> None:
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, metadata) == []
        assert migrate.current_revision(connection) == migrate.head_revision()


def test_the_files_of_migrations_are_named_by_their_revisions() -> None:
    packaged = ScriptDirectory.from_config(migrate.alembic_config()).walk_revisions()

    assert [script.revision for script in packaged] == [*reversed(migrate.known_revisions())]


def test_every_migration_can_be_undone_and_done_again(engine: Engine) -> None:
    with writing(engine) as connection:
        command.downgrade(migrate.alembic_config(connection), "base")
    assert table_names(engine) == set()

    migrate.migrate(engine)

    assert table_names(engine) == set(metadata.tables)


def test_a_migration_that_fails_half_way_leaves_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def make_half(config: object, revision: str) -> None:
        real(config, revision)
        raise LookupError

    real = command.upgrade
    monkeypatch.setattr(command, "upgrade", make_half)
    with pytest.raises(LookupError):
        open_database(url)
    monkeypatch.undo()

    engine = open_database(url)

    assert table_names(engine) == set(metadata.tables)
    engine.dispose()


def test_processes_that_start_at_once_migrate_once(url: str) -> None:
    starting = [
        subprocess.Popen([sys.executable, "-c", OPEN, url], stderr=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(3)
    ]

    assert [(process.communicate()[1], process.returncode) for process in starting] == [("", 0)] * 3


def test_a_migration_waits_for_the_lock_and_then_says_who_holds_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = sqlite if engine.dialect.name == "sqlite" else postgres
    monkeypatch.setattr(kind, "try_lock", lambda _: False)

    with pytest.raises(migrate.MigrationLocked, match="another process held it"):
        migrate.migrate(engine, wait_seconds=0.0)


def test_the_lock_has_one_holder(sqlite_engine: Engine) -> None:
    with sqlite.locked_file(sqlite_engine) as one, sqlite.locked_file(sqlite_engine) as another:
        assert sqlite.try_lock(one)
        assert not sqlite.try_lock(another)

    with sqlite.locked_file(sqlite_engine) as later:
        assert sqlite.try_lock(later)


@pytest.mark.parametrize("url", [pytest.param("postgres", marks=pytest.mark.needs("postgres"))], indirect=True)
def test_the_advisory_lock_has_one_holder_until_its_transaction_ends(engine: Engine) -> None:
    with writing(engine) as one, writing(engine) as another:
        assert postgres.try_lock(one)
        assert not postgres.try_lock(another)

    with writing(engine) as later:
        assert postgres.try_lock(later)


def test_tables_of_a_newer_version_are_left_alone(url: str, engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(migrate.DatabaseNewer, match="found 9999"):
        open_database(url)


def test_the_migrations_are_found_in_an_installed_package(tmp_path: Path) -> None:
    for package in ("features", "serving"):
        shutil.copytree(ROOT / package, tmp_path / "installed" / package)
    elsewhere = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}

    subprocess.run([sys.executable, "-P", "-c", OPEN, f"sqlite:///{tmp_path}/x.db"], cwd=tmp_path, env=elsewhere, check=True)

    assert (tmp_path / "x.db").stat().st_size > 0
