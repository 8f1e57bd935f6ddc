"""Who is let in: a name with its password, and nobody for a while after many wrong ones, on either kind of database."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import select

from features.times import SECOND, parse_time
from serving.database import reading
from serving.database.tables import audit_entries
from serving.people import recognition
from serving.people.accounts import change_password, create_person, disable
from serving.people.recognition import MOST_FAILURES

NOW = parse_time("2026-11-30T12:00:00Z")
RIGHT, WRONG = "correct horse battery", "wrong horse battery"

recognised = partial(recognition.recognised, request_id="r1")


def ana(engine, **given):
    return create_person(engine, **{"name": "ana", "role": "agent", "password": RIGHT, "created_at": NOW, **given})


def fail(engine, times, *, now=NOW):
    for _ in range(times):
        assert recognised(engine, "ana", WRONG, now=now) is None


def test_somebody_is_recognised_by_name_and_password_alone(engine):
    person = ana(engine)

    assert recognised(engine, "ana", RIGHT, now=NOW) == person
    assert recognised(engine, "ana", WRONG, now=NOW) is None
    assert recognised(engine, "bob", RIGHT, now=NOW) is None


@pytest.mark.parametrize("name", ["ana", "nobody"])
def test_a_name_nobody_has_costs_a_guesser_as_much_as_one_somebody_has(engine, hasher, name):
    ana(engine)
    before = hasher.looked

    recognised(engine, name, WRONG, now=NOW)

    assert hasher.looked == before + 1


def test_after_ten_wrong_passwords_the_right_one_is_not_heard_for_a_minute(engine):
    person = ana(engine)
    fail(engine, 9)
    assert recognised(engine, "ana", RIGHT, now=NOW) == person

    fail(engine, 10)

    assert recognised(engine, "ana", RIGHT, now=NOW + 59 * SECOND) is None
    assert recognised(engine, "ana", RIGHT, now=NOW + 60 * SECOND) == person


def test_only_wrong_passwords_in_a_row_count(engine):
    person = ana(engine)
    for _ in range(2):
        fail(engine, 9)
        assert recognised(engine, "ana", RIGHT, now=NOW) == person

    fail(engine, 9)
    change_password(engine, "ana", RIGHT)
    fail(engine, 9)

    assert recognised(engine, "ana", RIGHT, now=NOW) == person


def test_a_lock_doubles_with_each_further_failure(engine):
    person = ana(engine)
    fail(engine, MOST_FAILURES)
    fail(engine, 1, now=NOW + 60 * SECOND)

    assert recognised(engine, "ana", RIGHT, now=NOW + 179 * SECOND) is None
    assert recognised(engine, "ana", RIGHT, now=NOW + 180 * SECOND) == person


def test_a_lock_lasts_an_hour_and_four_minutes_at_most(engine):
    person, now = ana(engine), NOW
    fail(engine, MOST_FAILURES)
    for doubled in range(9):
        now += 60 * SECOND << min(doubled, 6)
        fail(engine, 1, now=now)

    assert recognised(engine, "ana", RIGHT, now=now + 64 * 60 * SECOND - 1) is None
    assert recognised(engine, "ana", RIGHT, now=now + 64 * 60 * SECOND) == person


def test_while_nobody_is_heard_guesses_cost_as_much_and_do_not_lengthen_the_lock(engine, hasher):
    person, before = ana(engine), hasher.looked
    fail(engine, MOST_FAILURES + 20)

    assert hasher.looked == before + MOST_FAILURES + 20
    assert recognised(engine, "ana", RIGHT, now=NOW + 60 * SECOND) == person


def test_guesses_that_come_at_once_count_one_by_one(engine, monkeypatch):
    ana(engine)
    looked = threading.Barrier(MOST_FAILURES)

    def guessed(*_):
        looked.wait(10)
        return False

    with monkeypatch.context() as patch, ThreadPoolExecutor(MOST_FAILURES) as guessers:
        patch.setattr(recognition, "is_password", guessed)
        list(guessers.map(lambda _: recognised(engine, "ana", WRONG, now=NOW), range(MOST_FAILURES)))

    assert recognised(engine, "ana", RIGHT, now=NOW + SECOND) is None


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda engine: fail(engine, MOST_FAILURES),
        lambda engine: change_password(engine, "ana", "another horse battery"),
        lambda engine: disable(engine, "ana", now=NOW),
    ],
    ids=["locked", "new password", "disabled"],
)
def test_what_happens_while_a_password_is_looked_at_counts(engine, monkeypatch, meanwhile):
    ana(engine)

    def is_right_at_last(*_):
        monkeypatch.setattr(recognition, "is_password", lambda *_: False)
        meanwhile(engine)
        return True

    monkeypatch.setattr(recognition, "is_password", is_right_at_last)

    assert recognised(engine, "ana", RIGHT, now=NOW) is None


def test_a_lock_is_in_the_audit_each_time_it_begins_by_the_account_and_not_by_its_name(engine):
    person = ana(engine)
    fail(engine, MOST_FAILURES + 5)
    fail(engine, 1, now=NOW + 60 * SECOND)

    with reading(engine) as connection:
        entries = connection.execute(select(audit_entries).order_by(audit_entries.c.sequence)).all()
    assert [(entry.at, entry.request_id, entry.caller_id, entry.route, entry.status) for entry in entries] == [
        (NOW, "r1", f"person:{person.id}", "locked out", 401),
        (NOW + 60 * SECOND, "r1", f"person:{person.id}", "locked out", 401),
    ]
    assert "ana" not in str(entries)
