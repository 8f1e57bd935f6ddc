"""Sessions: opened anew at each sign-in, over after half an hour unused or twelve hours at all, on either kind of database."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select

from features.times import HOUR, SECOND, parse_time
from serving.database import reading
from serving.database.tables import audit_entries, sessions
from serving.people import passwords
from serving.people import sessions as people_sessions
from serving.people.accounts import create_person, disable
from serving.people.sessions import IDLE, LONGEST, session_of, sessions_open

NOW = parse_time("2026-11-30T12:00:00Z")

open_session = partial(people_sessions.open_session, request_id="r1")
close_session = partial(people_sessions.close_session, request_id="r2")


@pytest.fixture
def ana(engine, monkeypatch):
    monkeypatch.setattr(passwords, "password_hash", lambda password: password)
    return create_person(engine, name="ana", role="agent", password="correct horse battery", created_at=NOW)


def test_a_session_is_known_by_its_secret_and_names_its_person(engine, ana):
    opened = open_session(engine, ana, now=NOW)

    assert session_of(engine, opened.secret, now=NOW).person == ana
    assert session_of(engine, open_session(engine, ana, now=NOW).secret[::-1], now=NOW) is None


def test_each_sign_in_opens_another_session(engine, ana):
    assert len({open_session(engine, ana, now=NOW).secret for _ in range(5)}) == 5


def test_who_signs_in_elsewhere_too_stays_signed_in_here(engine, ana):
    here = open_session(engine, ana, now=NOW)

    open_session(engine, ana, now=NOW + SECOND)

    assert session_of(engine, here.secret, now=NOW + SECOND) is not None


def test_the_database_does_not_hold_what_the_cookie_holds(engine, ana):
    opened = open_session(engine, ana, now=NOW)

    with reading(engine) as connection:
        (row,) = connection.execute(select(sessions))
    assert opened.secret not in str(row)
    assert opened.secret not in repr(opened)


@pytest.mark.parametrize(("unused", "is_open"), [(1800 * SECOND, True), (1800 * SECOND + 1, False)])
def test_a_session_is_over_after_half_an_hour_unused(engine, ana, unused, is_open):
    opened = open_session(engine, ana, now=NOW)

    assert (session_of(engine, opened.secret, now=NOW + unused) is not None) == is_open


def test_a_session_in_use_is_over_after_twelve_hours(engine, ana):
    opened, used = open_session(engine, ana, now=NOW), range(0, LONGEST + 1, 20 * 60 * SECOND)

    assert all(session_of(engine, opened.secret, now=NOW + later) for later in used)
    assert session_of(engine, opened.secret, now=NOW + LONGEST + SECOND) is None


def test_a_session_in_use_is_counted_as_open_for_twelve_hours_to_the_moment(engine, ana):
    opened = open_session(engine, ana, now=NOW)
    for used in range(0, 12 * HOUR + 1, 20 * 60 * SECOND):
        session_of(engine, opened.secret, now=NOW + used)

    assert [sessions_open(engine, now=NOW + 12 * HOUR + later) for later in (0, 1)] == [1, 0]


@pytest.mark.parametrize(("used", "is_noted"), [(60 * SECOND, False), (60 * SECOND + 1, True)])
def test_one_use_of_a_session_stands_for_those_within_a_minute(engine, ana, used, is_noted):
    opened = open_session(engine, ana, now=NOW)

    session_of(engine, opened.secret, now=NOW + used)

    with reading(engine) as connection:
        assert connection.scalar(select(sessions.c.seen_at)) == (NOW + used if is_noted else NOW)


@pytest.mark.parametrize(("role", "scopes"), [("agent", {"read", "decide"}), ("analyst", {"read"}), ("admin", {"admin"})])
def test_a_person_asks_with_the_scopes_of_their_role(engine, ana, role, scopes):
    caller = open_session(engine, replace(ana, role=role), now=NOW).caller

    assert (caller.key_id, caller.scopes) == (ana.caller_id, scopes)


def test_a_session_of_who_is_disabled_is_over_at_once(engine, ana):
    opened = open_session(engine, ana, now=NOW)

    disable(engine, "ana", now=NOW)

    assert session_of(engine, opened.secret, now=NOW) is None


def test_a_session_that_was_ended_stays_ended(engine, ana):
    opened, other = open_session(engine, ana, now=NOW), open_session(engine, ana, now=NOW)

    close_session(engine, opened, now=NOW)

    assert session_of(engine, opened.secret, now=NOW) is None
    assert session_of(engine, other.secret, now=NOW) is not None


def test_sessions_that_are_over_are_forgotten_when_another_begins(engine, ana):
    open_session(engine, ana, now=NOW - HOUR)

    open_session(engine, ana, now=NOW)

    with reading(engine) as connection:
        assert len(connection.execute(select(sessions)).all()) == 1


@pytest.mark.parametrize("cookie", ["", "x", "a" * 43, "a" * 44, "ą" * 43, "' OR 1=1 --"])
def test_a_made_up_cookie_is_no_session(engine, cookie):
    assert session_of(engine, cookie, now=NOW) is None


def test_a_form_belongs_to_its_session_alone(engine, ana):
    one, other = open_session(engine, ana, now=NOW), open_session(engine, ana, now=NOW)

    assert one.is_form_token(one.form_token)
    assert not one.is_form_token(other.form_token)
    assert not one.is_form_token("ą")


def test_sessions_that_are_over_are_not_counted_as_open(engine, ana):
    open_session(engine, ana, now=NOW)
    open_session(engine, ana, now=NOW + IDLE)

    assert [sessions_open(engine, now=NOW + later) for later in (IDLE, IDLE + 1, 2 * IDLE + 1)] == [2, 1, 0]


def test_signing_in_and_out_is_in_the_audit_by_the_account_and_not_by_its_name(engine, ana):
    close_session(engine, open_session(engine, ana, now=NOW), now=NOW + SECOND)

    with reading(engine) as connection:
        entries = connection.execute(select(audit_entries).order_by(audit_entries.c.sequence)).all()
    assert [(entry.at, entry.request_id, entry.caller_id, entry.role, entry.route, entry.status) for entry in entries] == [
        (NOW, "r1", ana.caller_id, "agent", "signed in", 303),
        (NOW + SECOND, "r2", ana.caller_id, "agent", "signed out", 303),
    ]
    assert {entry.subject for entry in entries} == {None}
    assert ana.caller_id == f"person:{ana.id}"
    assert "'ana'" not in str(entries)
