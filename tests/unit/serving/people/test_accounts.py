"""Who may sign in: people are made, disabled and given another password, on either kind of database."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import select

from features.times import parse_time
from serving.database import reading
from serving.database.tables import people
from serving.people import accounts, recognition, sessions
from serving.people.accounts import (
    PersonExists,
    PersonInvalid,
    UnknownPerson,
    change_password,
    choose_language,
    create_person,
    disable,
    enable,
    list_people,
    person_named,
)
from serving.people.passwords import PasswordUnfit, is_password
from serving.people.recognition import MOST_FAILURES
from serving.people.sessions import session_of

NOW = parse_time("2026-11-30T12:00:00Z")
RIGHT = "correct horse battery"

recognised, open_session = partial(recognition.recognised, request_id="r1"), partial(sessions.open_session, request_id="r1")


def ana(engine, **given):
    return create_person(engine, **{"name": "ana", "role": "agent", "password": RIGHT, "created_at": NOW, **given})


def test_no_password_is_stored(engine, monkeypatch):
    monkeypatch.undo()
    ana(engine)

    with reading(engine) as connection:
        stored = connection.scalar(select(people.c.password))
    assert stored.startswith("$argon2id$")
    assert RIGHT not in stored


def test_who_is_disabled_is_recognised_no_more_and_stays_in_the_list(engine):
    ana(engine)
    disable(engine, "ana", now=NOW)

    assert recognised(engine, "ana", RIGHT, now=NOW) is None
    assert [(person.name, person.disabled_at) for person in list_people(engine)] == [("ana", NOW)]


def test_who_is_enabled_again_signs_in_as_before_but_no_session_comes_back(engine):
    person = ana(engine)
    session = open_session(engine, person, now=NOW)
    disable(engine, "ana", now=NOW)
    late = open_session(engine, person, now=NOW)  # recognised just before

    enable(engine, "ana")

    assert recognised(engine, "ana", RIGHT, now=NOW) == person
    assert [session_of(engine, each.secret, now=NOW) for each in (session, late)] == [None, None]


def test_a_name_belongs_to_one_person_even_if_disabled(engine):
    ana(engine)
    disable(engine, "ana", now=NOW)

    with pytest.raises(PersonExists, match="ana"):
        ana(engine)


def test_a_new_password_ends_sessions_and_locks(engine):
    person = ana(engine)
    session = open_session(engine, person, now=NOW)
    for _ in range(MOST_FAILURES):
        assert recognised(engine, "ana", "wrong horse battery", now=NOW) is None

    change_password(engine, "ana", "another horse battery")

    assert recognised(engine, "ana", "another horse battery", now=NOW) == person
    assert session_of(engine, session.secret, now=NOW) is None


@pytest.mark.parametrize("given", [{"name": "Ana"}, {"name": ""}, {"name": "a b"}, {"role": "boss"}, {"language": "xx"}])
def test_a_person_that_is_not_possible_is_refused(engine, given):
    with pytest.raises(PersonInvalid):
        ana(engine, **given)


@pytest.mark.parametrize("length", [12, 256])
def test_a_password_of_a_length_that_withstands_guessing_is_taken(engine, length):
    ana(engine, password="x" * length)

    assert recognised(engine, "ana", "x" * length, now=NOW) is not None


def test_a_password_longer_than_any_is_not_looked_at(hasher):
    assert is_password("x" * 257, hasher.hash("x" * 257)) is False
    assert hasher.looked == 0


@pytest.mark.parametrize("password", ["short", "x" * 257])
def test_a_password_too_short_or_too_long_is_refused(engine, password):
    with pytest.raises(PasswordUnfit, match="12 to 256"):
        ana(engine, password=password)


def test_a_chosen_language_is_kept(engine):
    choose_language(engine, ana(engine).id, "pl")

    assert person_named(engine, "ana").language == "pl"


def test_a_name_nobody_has_is_told_to_the_operator(engine):
    for change in (
        lambda: disable(engine, "bob", now=NOW),
        lambda: enable(engine, "bob"),
        lambda: change_password(engine, "bob", RIGHT),
    ):
        with pytest.raises(UnknownPerson, match="users list"):
            change()


def test_every_role_can_be_given():
    assert accounts.ROLES == ("agent", "analyst", "admin")
