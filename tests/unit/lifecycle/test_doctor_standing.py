from __future__ import annotations

import os
import time

import pandas as pd
import pytest

from features.home import Home
from features.log.intake import Receipt, append
from features.times import parse_time
from lifecycle import doctor, standing
from lifecycle.database import open_operational
from lifecycle.settings import Settings
from models.bundle import create_signing_key
from serving.database import writing
from serving.database.audit import AuditEntry, record_in
from serving.database.chain.chaining import chain_all
from serving.database.tables import leases
from serving.names.building import bring_up_to_date
from serving.people.accounts import create_person, disable
from serving.people.sessions import open_session

RIGHT = "correct horse battery"
NOW = parse_time("2026-03-01T09:00:00Z")


@pytest.fixture
def engine():
    with open_operational(Settings()) as engine:
        yield engine


def tell_name(home: Home, customer_id: str, name: str) -> None:
    known = pd.to_datetime([NOW], unit="us", utc=True)
    row = {"customer_id": [customer_id], "first_seen_at": known, "known_at": known, "display_name": [name]}
    append(home, {"customers": pd.DataFrame(row)}, receipt=Receipt(NOW, known_at="given"))


def test_before_anything_is_made_nothing_is_a_fault():
    checks = (standing.database, standing.people, standing.names, standing.audit, standing.background, standing.clock)

    assert {check(Settings()).verdict for check in checks} <= {"note", "ok"}


def test_the_doctor_says_how_much_of_the_audit_is_sealed(engine, monkeypatch):
    with writing(engine) as connection:
        record_in(connection, [AuditEntry(NOW, "r1", None, "read", "customer", "s1", 200)])
    chain_all(Settings().home, engine)

    found = standing.audit(Settings())
    monkeypatch.setattr(standing, "_UNSEALED_WORTH_A_NOTE", -1)

    assert (found.verdict, found.found) == ("ok", "1 entries sealed, 0 wait")
    assert standing.audit(Settings()).verdict == "note"


def test_the_doctor_says_how_many_may_sign_in_to_the_page(engine):
    assert "lifecycle users create" in standing.people(Settings()).remedy

    ana, ben = (create_person(engine, name=name, role="agent", password=RIGHT, created_at=NOW) for name in ("ana", "ben"))
    open_session(engine, ana, now=time.time_ns() // 1000, request_id="r1")
    disable(engine, ben.name, now=NOW)

    assert standing.people(Settings()).found == "1 may sign in, 1 signed in now"


def test_the_doctor_says_whether_customers_are_found_by_the_names_of_today():
    home = Settings().home
    tell_name(home, "c1", "Ana Kowalska")
    assert standing.names(Settings()).found == "nobody is found by name yet"

    bring_up_to_date(home)
    assert standing.names(Settings()).found == "1 customers are found by name"

    tell_name(home, "c2", "Ben Wilk")
    assert standing.names(Settings()).verdict == "note"


def test_the_doctor_names_who_does_the_background_work(engine):
    assert standing.background(Settings()).verdict == "note"

    with writing(engine) as connection:
        now = time.time_ns() // 1000
        connection.execute(leases.insert().values(name="background", holder="web1", epoch=3, since=NOW, renewed_at=now))

    assert "web1 leads since 2026-03-01T09:00:00Z, term 3" in standing.background(Settings()).found


@pytest.mark.usefixtures("engine")
def test_a_file_from_the_future_says_that_the_clock_is_wrong():
    path = Settings().home.root / "live.json"
    path.write_text("{}")
    os.utime(path, (time.time() + 4000, time.time() + 4000))

    assert standing.clock(Settings()).verdict == "fault"


def test_a_signing_key_that_was_there_is_not_promised_anew():
    settings = Settings()
    assert "promote" in doctor._signing_key(settings).remedy

    create_signing_key(settings.signing_key, settings.home)
    settings.signing_key.unlink()

    assert "LIFECYCLE_SIGNING_KEY" in doctor._signing_key(settings).remedy
