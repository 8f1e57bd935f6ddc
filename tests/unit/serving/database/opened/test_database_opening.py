"""Both kinds of database keep the same promises, on every connection, and say plainly what they cannot do."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, InternalError

from features.home import Home
from serving.database import DatabaseUnavailable, database_url, open_database, reading, writing
from serving.database.opened import engine, postgres, sqlite
from serving.database.tables import api_keys

pytestmark = pytest.mark.usefixtures("tables_made_anew")

NOBODY_LISTENS = "postgresql://lifecycle:hunter2@127.0.0.1:9/lifecycle"


def a_key(key_id: str = "k1") -> dict[str, object]:
    return {"id": key_id, "name": "crm", "scopes": "read", "created_at": 1}


def rows(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(api_keys)) or 0


def test_a_block_that_ends_is_written_and_one_that_raises_is_undone(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(api_keys.insert(), a_key("kept"))

    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(api_keys.insert(), [a_key("undone"), a_key("kept")])

    assert rows(engine) == 1


def test_a_reader_cannot_write(engine: Engine) -> None:
    with pytest.raises((DatabaseUnavailable, InternalError), match=r"read-?only"), reading(engine) as connection:
        connection.execute(api_keys.insert(), a_key())

    assert rows(engine) == 0


def test_a_connection_that_was_read_with_can_write_afterwards(engine: Engine) -> None:
    for number in range(3):
        rows(engine)
        with writing(engine) as connection:
            connection.execute(api_keys.insert(), a_key(f"k{number}"))

    assert rows(engine) == 3


def test_a_reader_does_not_wait_for_a_writer(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(api_keys.insert(), a_key())

        assert rows(engine) == 0

    assert rows(engine) == 1


def test_what_was_written_stands_after_opening_again(url: str) -> None:
    first = open_database(url)
    with writing(first) as connection:
        connection.execute(api_keys.insert(), a_key())
    first.dispose()

    again = open_database(url)

    assert rows(again) == 1
    again.dispose()


def test_every_sqlite_connection_syncs_its_commits_and_overwrites_what_it_deletes(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as one, sqlite_engine.connect() as two, sqlite_engine.connect() as three:
        for connection in (one, two, three):
            found = [
                connection.scalar(text(f"PRAGMA {name}"))
                for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
            ]
            assert found == ["wal", 2, 1, 1]
            assert connection.scalar(text("PRAGMA busy_timeout")) == 5000


@pytest.mark.needs("postgres")
@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_every_postgres_connection_waits_for_the_disk_and_has_deadlines(engine: Engine) -> None:
    names = ("synchronous_commit", "lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")

    with reading(engine) as connection:
        found = [connection.scalar(text(f"SHOW {name}")) for name in names]

    assert found == ["on", "5s", "30s", "1min"]


@pytest.mark.needs("postgres")
@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_a_connection_the_server_closed_is_replaced(engine: Engine) -> None:
    rows(engine)
    with writing(engine) as idle, engine.connect() as administrator:
        own = idle.scalar(text("SELECT pg_backend_pid()"))
        gone = administrator.scalar(text("SELECT pg_backend_pid()"))
    assert own != gone
    with writing(engine) as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM (VALUES (:a), (:b)) AS held (pid) WHERE pid <> pg_backend_pid()"),
            {"a": own, "b": gone},
        )

    assert [rows(engine) for _ in range(3)] == [0, 0, 0]


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "lifecycle.db"

    open_database(f"sqlite:///{path}").dispose()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_busy_writer_is_reported_after_the_deadline(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "_PRAGMAS", ("PRAGMA busy_timeout = 20",))
    someone_without_turns = sqlite3.connect(sqlite_engine.url.database, isolation_level=None)
    someone_without_turns.execute("BEGIN IMMEDIATE")

    with pytest.raises(DatabaseUnavailable, match="database is locked; try again shortly"), writing(sqlite_engine):
        pass
    someone_without_turns.close()


def test_a_process_whose_turn_to_write_does_not_come_is_told_so(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.01)
    another_process = sqlite.sqlite_engine(sqlite_engine.url)

    with writing(sqlite_engine), pytest.raises(DatabaseUnavailable, match="others write"), writing(another_process):
        pass
    with writing(another_process) as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    another_process.dispose()


def test_a_thread_whose_turn_to_write_does_not_come_is_told_so(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.01)

    with writing(sqlite_engine), pytest.raises(DatabaseUnavailable, match="others write"), writing(sqlite_engine):
        pass


def test_a_fault_of_ours_is_not_called_a_busy_database(engine: Engine) -> None:
    with pytest.raises(DBAPIError, match="no_such_column"), reading(engine) as connection:
        connection.execute(text("SELECT no_such_column FROM api_keys"))


def test_a_full_database_is_unavailable_for_writing_and_goes_on_reading(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        connection.execute(text("PRAGMA max_page_count = 1"))  # SQLite takes the present size instead: no page is left

    with pytest.raises(DatabaseUnavailable, match="full"), writing(sqlite_engine) as connection:
        connection.execute(api_keys.insert(), [a_key(f"k{number}") | {"name": "x" * 4000} for number in range(99)])

    assert rows(sqlite_engine) == 0


def test_a_server_that_is_away_is_unavailable_and_its_password_stays_unsaid() -> None:
    with pytest.raises(DatabaseUnavailable, match="could not do this now") as caught:
        open_database(NOBODY_LISTENS)

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["", "lifecycle.db", "sqlite://", "sqlite:///:memory:", "sqlite:///a.db?mode=memory", "mysql://u:hunter2@h/n", "a:hunter2@b"],
)
def test_a_url_of_another_kind_is_refused_without_repeating_its_password(url: str) -> None:
    with pytest.raises(engine.DatabaseUrlInvalid, match="needed") as caught:
        open_database(url)

    assert "hunter2" not in str(caught.value)


def test_a_missing_driver_names_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres.importlib.util, "find_spec", lambda _: None)

    with pytest.raises(postgres.DriverMissing, match=r"pip install 'lifecycle\[postgres\]'"):
        open_database(NOBODY_LISTENS)


def test_no_failure_repeats_what_was_to_be_written(engine: Engine) -> None:
    secret = a_key("k1") | {"name": "Maria Silva"}

    with pytest.raises(Exception, match=r"(?i)unique") as caught, writing(engine) as connection:
        connection.execute(api_keys.insert(), [secret, secret])

    assert "Maria" not in str(caught.value)


def test_the_configured_url_goes_before_the_file_of_the_home(tmp_path: Path) -> None:
    home = Home(tmp_path)

    assert database_url(home, "postgresql://h/n") == "postgresql://h/n"
    assert database_url(home) == f"sqlite:///{tmp_path}/lifecycle.db"


def test_a_file_system_without_write_ahead_log_is_refused() -> None:
    in_memory = create_engine("sqlite://")

    with pytest.raises(sqlite.JournalRefused, match="journal mode 'memory'"):
        sqlite.use_write_ahead_log(in_memory)
    in_memory.dispose()
