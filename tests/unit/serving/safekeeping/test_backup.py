from __future__ import annotations

import shutil
import threading

import pytest
from starlette.testclient import TestClient

from benchmarks.deciding_states import company_with, decidable
from benchmarks.live_states import AS_OF, Publisher
from features.home import Home
from features.write_once import sealed, unsealed
from serving.app import create_app
from serving.database import database_url, keys, open_database, reading, writing
from serving.database.audit import AuditEntry, record_in
from serving.database.chain.chaining import chain_all
from serving.database.chain.checking import check_audit
from serving.people.accounts import create_person
from serving.people.recognition import recognised
from serving.people.sessions import open_session, session_of
from serving.safekeeping.backup import BackupExists, back_up
from serving.safekeeping.restore import BackupDamaged, BackupForeign, BackupMissing, NotEmpty, restore
from serving.safekeeping.rows import count, one_moment
from serving.settings import ServiceSettings


def entry(number: int) -> AuditEntry:
    return AuditEntry(AS_OF + number, f"r{number}", None, "read", "customer", "s1", 200)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    text = company_with(10, exploration_share=0.0, control_share=0.0)
    publisher.point_to(publisher.store({"c1": 0.3, "c2": 0.8}, company_text=text, beside=decidable()))
    return publisher.home


@pytest.fixture
def home(published, tmp_path):
    shutil.copytree(published.root, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def filled(home, engine):
    """Return a database with a key, and an audit of five entries, the last of which was deleted before it was chained."""
    keys.create_key(engine, name="crm", scopes=["read"], created_at=AS_OF)
    with writing(engine) as connection:
        record_in(connection, [entry(number) for number in range(6)])
        connection.exec_driver_sql("DELETE FROM audit_entries WHERE sequence = 6")
    chain_all(home, engine)
    return engine


def restored(tmp_path, url=None, source="copy"):
    other = Home(tmp_path / "other")
    restore(tmp_path / source, other, url=url)
    return other, open_database(database_url(other, url))


def test_people_come_back_with_a_backup_and_sessions_do_not(home, engine, tmp_path):
    ana = create_person(engine, name="ana", role="agent", password="correct horse battery", created_at=AS_OF)
    session = open_session(engine, ana, now=AS_OF, request_id="r1")
    back_up(home, engine, to=tmp_path / "copy", now=AS_OF)

    _, again = restored(tmp_path)

    assert recognised(again, "ana", "correct horse battery", now=AS_OF, request_id="r1") == ana
    assert session_of(again, session.secret, now=AS_OF) is None
    again.dispose()


@pytest.mark.parametrize("name", ["copy", "copy.tar"])
def test_a_restored_database_holds_the_same_rows_and_counts_on(home, filled, tmp_path, name):
    back_up(home, filled, to=tmp_path / name, now=AS_OF)

    other, engine = restored(tmp_path, source=name)

    with reading(filled) as before, reading(engine) as after:
        assert count(after) == count(before)
        assert count(after)["audit_entries"].counter == 6
    assert check_audit(other, engine).faults == ()
    engine.dispose()


@pytest.mark.needs("postgres")
def test_an_installation_moves_from_sqlite_to_postgresql(home, sqlite_engine, postgres_url, tmp_path):
    keys.create_key(sqlite_engine, name="crm", scopes=["read"], created_at=AS_OF)
    with writing(sqlite_engine) as connection:
        record_in(connection, [entry(number) for number in range(3)])
    back_up(home, sqlite_engine, to=tmp_path / "copy", now=AS_OF)

    _, engine = restored(tmp_path, postgres_url)

    with writing(engine) as connection:
        record_in(connection, [entry(3)])
    with reading(engine) as connection:
        assert count(connection)["audit_entries"].counter == 4
    engine.dispose()


def test_a_restored_service_answers_the_same(home, tmp_path, monkeypatch):
    monkeypatch.setattr("serving.live.state.trial_load", lambda *_, **__: None)
    before = answers(home, None)
    engine = open_database(database_url(home))
    back_up(home, engine, to=tmp_path / "copy", now=AS_OF)
    engine.dispose()

    other, engine = restored(tmp_path)
    engine.dispose()

    assert answers(other, before["secret"]) == before


def answers(home: Home, secret: str | None):
    with TestClient(create_app(ServiceSettings(home), clock=lambda: AS_OF)) as client:
        engine = client.app.state.service.engine
        secret = secret or keys.create_key(engine, name="crm", scopes=["read", "decide"], created_at=AS_OF).secret
        headers = {"Authorization": f"Bearer {secret}", "X-Request-Id": "one", "Idempotency-Key": "once"}
        card = client.get("/v1/customers/c1", headers=headers)
        decision = client.post("/v1/customers/c1/decisions", headers=headers, json={"agent_id": "a1"})
        assert (card.status_code, decision.status_code) == (200, 200)
        return {"secret": secret, "card": card.json(), "decision": decision.json()}


def test_a_backup_under_writes_is_of_one_moment(home, engine, tmp_path):
    stop = threading.Event()

    def write():
        number = 0
        while not stop.is_set():
            with writing(engine) as connection:  # two at a time: a copy of one moment holds an even number
                record_in(connection, [entry(number), entry(number)])
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [back_up(home, engine, to=tmp_path / f"copy{number}", now=AS_OF) for number in range(3)]
    finally:
        stop.set()
        writer.join()

    assert [made.tables["audit_entries"].rows % 2 for made in copies] == [0, 0, 0]


def test_one_moment_does_not_see_what_comes_later(filled):
    with one_moment(filled) as connection:
        before = count(connection)["audit_entries"]
        with writing(filled) as other:
            record_in(other, [entry(9)])

        assert count(connection)["audit_entries"].rows == before.rows


def test_a_backup_that_ends_half_way_leaves_nothing(home, engine, tmp_path, monkeypatch):
    monkeypatch.setattr("serving.safekeeping.backup.copy_log", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        back_up(home, engine, to=tmp_path / "backups" / "copy", now=AS_OF)

    assert list((tmp_path / "backups").iterdir()) == []


def test_a_folder_without_its_manifest_is_no_backup(home, engine, tmp_path):
    back_up(home, engine, to=tmp_path / "copy", now=AS_OF)
    (tmp_path / "copy" / "backup.json").unlink()

    with pytest.raises(BackupMissing):
        restore(tmp_path / "copy", Home(tmp_path / "other"))


@pytest.mark.parametrize(
    "pattern", ["home/live.json", "home/predictions/*/ids.arrow", "database/audit_entries.jsonl.gz", "backup.json"]
)
def test_a_damaged_backup_is_refused_and_nothing_is_made(home, sqlite_engine, tmp_path, pattern):
    back_up(home, sqlite_engine, to=tmp_path / "copy", now=AS_OF)
    path = next((tmp_path / "copy").glob(pattern))
    path.write_bytes(path.read_bytes()[:-1] + b"?")

    with pytest.raises(BackupDamaged):
        restore(tmp_path / "copy", Home(tmp_path / "other"))

    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("name", ["home/../../outside", "/outside"])
def test_a_backup_that_names_a_file_outside_is_refused(home, sqlite_engine, tmp_path, name):
    back_up(home, sqlite_engine, to=tmp_path / "copy", now=AS_OF)
    manifest = tmp_path / "copy" / "backup.json"
    body = unsealed(manifest.read_bytes())
    manifest.write_bytes(sealed(body | {"files": body["files"] | {name: "0" * 64}}))

    with pytest.raises(BackupDamaged, match="leads out"):
        restore(tmp_path / "copy", Home(tmp_path / "other"))


def test_a_backup_of_other_tables_is_refused(home, sqlite_engine, tmp_path, monkeypatch):
    back_up(home, sqlite_engine, to=tmp_path / "copy", now=AS_OF)
    monkeypatch.setattr("serving.safekeeping.restore.head_revision", lambda: "9999")

    with pytest.raises(BackupForeign, match="9999"):
        restore(tmp_path / "copy", Home(tmp_path / "other"))


def test_nothing_is_written_over(home, sqlite_engine, tmp_path):
    back_up(home, sqlite_engine, to=tmp_path / "copy", now=AS_OF)

    with pytest.raises(BackupExists):
        back_up(home, sqlite_engine, to=tmp_path / "copy", now=AS_OF)
    with pytest.raises(NotEmpty):
        restore(tmp_path / "copy", home)


def test_a_database_that_holds_rows_is_not_restored_into(home, filled, url, tmp_path):
    back_up(home, filled, to=tmp_path / "copy", now=AS_OF)

    with pytest.raises(NotEmpty, match="api_keys"):
        restore(tmp_path / "copy", Home(tmp_path / "other"), url=url)

    assert not (tmp_path / "other").exists()


def test_who_was_erased_after_the_copy_is_erased_again(home, sqlite_engine, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr("serving.safekeeping.restore.AFTER_RESTORE", (lambda home, _: seen.append(home),))
    back_up(home, sqlite_engine, to=tmp_path / "copy", now=AS_OF)
    newest = tmp_path / "erased.jsonl"
    newest.write_text("{}\n")

    restore(tmp_path / "copy", Home(tmp_path / "other"), erased=newest)

    assert (seen[0].root / "erased.jsonl").read_text() == "{}\n"


def test_only_its_owner_reads_a_backup(home, sqlite_engine, tmp_path):
    back_up(home, sqlite_engine, to=tmp_path / "copy", now=AS_OF)
    back_up(home, sqlite_engine, to=tmp_path / "copy.tar", now=AS_OF)

    modes = [path.stat().st_mode & 0o077 for path in (tmp_path / "copy", tmp_path / "copy.tar")]

    assert modes == [0, 0]
