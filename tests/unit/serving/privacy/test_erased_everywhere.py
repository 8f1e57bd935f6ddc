"""A person in every store is in none of them afterwards, whoever interrupts the erasure, and stays out."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sqlalchemy import Engine

from benchmarks.canary import CANARY, DECISION, events_about, put_into_database, put_into_log, traces_in_database, traces_in_files
from benchmarks.live_states import AS_OF, Publisher
from features.contracts.sources import SOURCES
from features.home import Home
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.snapshot import Provenance, newest_snapshot, write_snapshot
from features.stages.kept import KeptMonday, Recipe, write_monday
from features.subjects import installation_secret
from features.times import DAY, parse_time
from models.bundle import open_predictions, read_live
from models.decision import Contacts
from models.decision.contacts import Contact
from serving.database import reading, writing
from serving.database.audit import AuditEntry, entries_about
from serving.database.offered.decisions import DecisionErased, decision_of
from serving.names.building import bring_up_to_date
from serving.privacy import files as files_room
from serving.privacy.asking import Request, ask
from serving.privacy.erasing import FINISHED, Installation, finish_erasures
from serving.privacy.reapplying import reapply
from serving.privacy.records import Erasure, erasure_of
from serving.privacy.rows import ERASED, NAMES_NOBODY, WITH_DECISIONS
from serving.privacy.tombstones import erased_among

IDS = ("c1", CANARY, "c2")
NOW = AS_OF + DAY


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of an installation in which the canary stands in every store."""
    folder = tmp_path_factory.mktemp("stocked")
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    home = publisher.home
    for customer_id in IDS:
        put_into_log(home, customer_id, until=AS_OF)
    log = EventLog.open(home)
    origin = Provenance(AS_OF, log.digest, log.manifest.version, "5" * 64, {})
    write_snapshot(home, pd.DataFrame({"one": [1.0, 2.0, 3.0]}, index=list(IDS), dtype="float32"), provenance=origin)
    monday = KeptMonday(home.stages, parse_time("2025-12-29"), pa.array(sorted(IDS)), np.zeros((3, 1), np.int8))
    write_monday(home, monday, columns=["growth"], recipe=Recipe("5" * 64, log.digest))
    shown = [[Contact(f"{each}/1", "offer", "email", AS_OF)] for each in sorted(IDS)]
    publisher.publish({"c1": 0.3, CANARY: 0.5})
    publisher.point_to(publisher.store(dict.fromkeys(IDS, 0.4), contacts=Contacts.of(shown)))
    (home.root / "scores.csv").write_text(f"customer_id,churn_90\nc1,0.3\n{CANARY},0.4\n")
    bring_up_to_date(home)
    home.reports.mkdir()
    (home.reports / "kpis.html").write_text(f"<td>{CANARY}</td>")
    return home.root


@pytest.fixture
def place(stocked: Path, engine: Engine, tmp_path: Path) -> Installation:
    return installed(stocked, engine, tmp_path)


@pytest.fixture
def sqlite_place(stocked: Path, sqlite_engine: Engine, tmp_path: Path) -> Installation:
    return installed(stocked, sqlite_engine, tmp_path)


def installed(stocked: Path, engine: Engine, folder: Path) -> Installation:
    shutil.copytree(stocked, folder / "home")
    home = Home(folder / "home")
    put_into_database(home, engine, CANARY, now=NOW)
    return Installation(home, engine, installation_secret(home))


def asked(place: Installation, customer_id: str = CANARY, *, is_known: bool = True) -> bool:
    person = place.person(customer_id)
    by = AuditEntry(NOW, "r1", "k1", "admin", "route", person.subject, 202)
    with writing(place.engine) as connection:
        return ask(connection, Request(person, by, is_known)) is not None


def erased(place: Installation) -> Erasure:
    asked(place)
    finish_erasures(place, clock=lambda: NOW)
    return kept(place)


def kept(place: Installation) -> Erasure:
    with reading(place.engine) as connection:
        found = erasure_of(connection, place.person(CANARY).subject)
    assert found is not None
    return found


def traces(place: Installation) -> list[str]:
    return [*traces_in_files(place.home.root.parent), *traces_in_database(place.engine)]


def test_the_person_stands_in_every_store_before_and_in_none_after(place: Installation) -> None:
    before = {name.split("/")[1] for name in traces_in_files(place.home.root.parent) if "/" in name}

    erased(place)

    assert {"log", "quarantine", "names", "snapshots", "stages", "predictions", "scores.csv", "reports"} <= before
    assert traces(place) == []


def test_everybody_else_is_still_there(sqlite_place: Installation) -> None:
    erased(sqlite_place)

    log, live, shot = EventLog.open(sqlite_place.home), read_live(sqlite_place.home), newest_snapshot(sqlite_place.home)
    assert log.customer("purchases", "c1").num_rows == 4
    assert live is not None
    assert shot is not None
    predictions = open_predictions(sqlite_place.home, str(live.predictions))
    assert predictions.ids.ids.to_pylist() == shot.ids.to_pylist() == ["c1", "c2"]
    assert predictions.contacts is not None
    assert len(predictions.contacts) == 2


def test_the_log_is_what_it_would_be_had_the_person_never_come(sqlite_place: Installation, tmp_path: Path) -> None:
    erased(sqlite_place)

    other = Home(tmp_path / "other")
    for customer_id in ("c1", "c2"):
        put_into_log(other, customer_id, until=AS_OF)
    assert EventLog.open(sqlite_place.home).digest == EventLog.open(other).digest


def test_rows_sent_again_stay_out(sqlite_place: Installation) -> None:
    erased(sqlite_place)

    report = append(sqlite_place.home, events_about(CANARY, until=AS_OF), receipt=Receipt(NOW, known_at="given"))

    assert sum(source.erased for source in report.sources.values()) == 6
    assert all(EventLog.open(sqlite_place.home).customer(source, CANARY).num_rows == 0 for source in SOURCES)


def test_the_certificate_says_what_was_done_and_the_audit_holds_its_hash(place: Installation) -> None:
    done = erased(place)

    stores = {store.store: store.rows for store in done.certificate.files}
    assert (done.customer_id, done.finished_at) == (None, NOW)
    assert (stores["log"], stores["quarantine"], stores["predictions"]) == (6, 1, 2)
    assert set(done.certificate.database) == set(ERASED)
    assert [entry.route for entry in entries_about(place.engine, done.subject)] == [FINISHED, "route"]


def test_a_decision_about_the_person_answers_that_it_was_erased(place: Installation) -> None:
    asked(place)

    with reading(place.engine) as connection, pytest.raises(DecisionErased):
        decision_of(connection, DECISION)


def test_nothing_may_be_taken_about_the_person_from_the_moment_of_asking(place: Installation) -> None:
    asked(place)

    with reading(place.engine) as connection:
        assert erased_among(connection, place.secret, ["c1", CANARY]) == {CANARY}


def test_an_id_of_which_nothing_is_known_is_not_erased_and_not_kept_out(place: Installation) -> None:
    assert not asked(place, "nobody", is_known=False)

    with reading(place.engine) as connection:
        assert erased_among(connection, place.secret, ["nobody"]) == frozenset()
    assert not place.home.erased.exists()


STEPS = [
    "erase_from_log",
    "erase_from_quarantine",
    "erase_from_names",
    "rewrite_stages",
    "rewrite_snapshots",
    "rewrite_predictions",
    "point_to_rewritten",
    "remove_predictions",
    "remove_snapshots",
    "erase_from_tables",
]


@pytest.mark.parametrize("step", STEPS)
def test_an_erasure_that_was_killed_goes_on(sqlite_place: Installation, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    asked(sqlite_place)
    with monkeypatch.context() as patch:
        patch.setattr(files_room, step, killed)
        with pytest.raises(KeyboardInterrupt):
            finish_erasures(sqlite_place, clock=lambda: NOW)

    finish_erasures(sqlite_place, clock=lambda: NOW)

    live = read_live(sqlite_place.home)
    assert traces(sqlite_place) == []
    assert live is not None
    assert open_predictions(sqlite_place.home, str(live.predictions)).row("c1") is not None


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_one_killed_before_the_disk_forgot_goes_on_though_the_id_is_forgotten(
    sqlite_place: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(sqlite_place)
    with monkeypatch.context() as patch:
        patch.setattr("serving.database.opened.sqlite.rebuild", killed)
        with pytest.raises(KeyboardInterrupt):
            finish_erasures(sqlite_place, clock=lambda: NOW)

    assert (kept(sqlite_place).customer_id, kept(sqlite_place).finished_at) == (None, None)
    assert finish_erasures(sqlite_place, clock=lambda: NOW) == 1
    assert kept(sqlite_place).finished_at == NOW
    assert traces(sqlite_place) == []


def test_finishing_again_finds_nothing_to_do(place: Installation) -> None:
    erased(place)
    before = EventLog.open(place.home).manifest.version

    assert finish_erasures(place, clock=lambda: NOW + DAY) == 0
    assert EventLog.open(place.home).manifest.version == before


def test_a_snapshot_computed_meanwhile_from_the_old_log_leaves_the_person_out(sqlite_place: Installation) -> None:
    log = EventLog.open(sqlite_place.home)
    pinned = Provenance(AS_OF - DAY, log.digest, log.manifest.version, "5" * 64, {})

    erased(sqlite_place)
    rows = pd.DataFrame({"one": [1.0, 2.0]}, index=["c1", CANARY], dtype="float32")
    late = write_snapshot(sqlite_place.home, rows, provenance=pinned)

    assert late.ids.to_pylist() == ["c1"]
    assert traces(sqlite_place) == []


def test_who_came_back_with_a_backup_is_erased_again(place: Installation) -> None:
    erased(place)
    tombstones = place.home.erased.read_bytes()
    place.home.erased.unlink()
    put_into_log(place.home, CANARY, until=AS_OF)
    place.home.erased.write_bytes(tombstones)

    assert reapply(place, clock=lambda: NOW + DAY) == 1
    assert EventLog.open(place.home).customer("purchases", CANARY).num_rows == 0


def test_every_table_says_what_becomes_of_its_rows(place: Installation) -> None:
    from serving.database.tables import metadata

    assert {*ERASED, *WITH_DECISIONS, *NAMES_NOBODY} == set(metadata.tables)
    assert traces_in_database(place.engine) != []
