"""Who may sign in: people are made, recognised, locked out and disabled, on either kind of database."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from features.times import SECOND, parse_time
from serving.database import reading
from serving.database.tables import people
from serving.people import accounts, passwords
from serving.people.accounts import (
    MOST_FAILURES,
    PersonExists,
    PersonInvalid,
    UnknownPerson,
    change_password,
    choose_language,
    create_person,
    disable,
    list_people,
    person_named,
    recognised,
)
from serving.people.passwords import PasswordUnfit
from serving.people.sessions import open_session, session_of

NOW = parse_time("2026-11-30T12:00:00Z")
RIGHT, WRONG = "correct horse battery", "wrong horse battery"


class Guess:
    """Hashes that cost nothing, and a count of how often one was looked at; the true ones are tested by their doctest."""

    looked = 0

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, password: str, stored: str) -> bool:
        self.looked += 1
        return stored == self.hash(password)


@pytest.fixture(autouse=True)
def hasher(monkeypatch: pytest.MonkeyPatch) -> Guess:
    guess = Guess()
    monkeypatch.setattr(passwords, "_hasher", lambda: guess)
    monkeypatch.setattr(passwords, "_of_nobody", lambda: "hash of nobody's")
    return guess


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


def test_no_password_is_stored(engine, monkeypatch):
    monkeypatch.undo()
    ana(engine)

    with reading(engine) as connection:
        stored = connection.scalar(select(people.c.password))
    assert stored.startswith("$argon2id$")
    assert RIGHT not in stored


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


def test_while_nobody_is_heard_guesses_cost_as_much_and_do_not_lengthen_the_lock(engine, hasher):
    person, before = ana(engine), hasher.looked
    fail(engine, MOST_FAILURES + 20)

    assert hasher.looked == before + MOST_FAILURES + 20
    assert recognised(engine, "ana", RIGHT, now=NOW + 60 * SECOND) == person


def test_who_is_disabled_is_recognised_no_more_and_stays_in_the_list(engine):
    ana(engine)
    disable(engine, "ana", now=NOW)

    assert recognised(engine, "ana", RIGHT, now=NOW) is None
    assert [(person.name, person.disabled_at) for person in list_people(engine)] == [("ana", NOW)]


def test_a_name_belongs_to_one_person_even_if_disabled(engine):
    ana(engine)
    disable(engine, "ana", now=NOW)

    with pytest.raises(PersonExists, match="ana"):
        ana(engine)


def test_a_new_password_ends_sessions_and_locks(engine):
    person = ana(engine)
    session = open_session(engine, person, now=NOW)
    fail(engine, MOST_FAILURES)

    change_password(engine, "ana", "another horse battery")

    assert recognised(engine, "ana", "another horse battery", now=NOW) == person
    assert session_of(engine, session.secret, now=NOW) is None


@pytest.mark.parametrize("given", [{"name": "Ana"}, {"name": ""}, {"name": "a b"}, {"role": "boss"}, {"language": "xx"}])
def test_a_person_that_is_not_possible_is_refused(engine, given):
    with pytest.raises(PersonInvalid):
        ana(engine, **given)


@pytest.mark.parametrize("password", ["short", "x" * 257])
def test_a_password_too_short_or_too_long_is_refused(engine, password):
    with pytest.raises(PasswordUnfit, match="12 to 256"):
        ana(engine, password=password)


def test_a_chosen_language_is_kept(engine):
    choose_language(engine, ana(engine).id, "pl")

    assert person_named(engine, "ana").language == "pl"


def test_a_name_nobody_has_is_told_to_the_operator(engine):
    for change in (lambda: disable(engine, "bob", now=NOW), lambda: change_password(engine, "bob", RIGHT)):
        with pytest.raises(UnknownPerson, match="users list"):
            change()


def test_every_role_can_be_given():
    assert accounts.ROLES == ("agent", "analyst", "admin")
