from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from features.subjects import installation_secret
from lifecycle import serve
from lifecycle.database import open_operational
from lifecycle.settings import Settings
from lifecycle.users import NobodyToAsk, register
from serving.page.frame.origins import EmbeddingImpossible
from serving.people.accounts import PersonExists, PersonInvalid, UnknownPerson
from serving.people.passwords import PasswordUnfit
from serving.people.recognition import recognised

RIGHT = "correct horse battery"


@pytest.fixture
def run():
    app = typer.Typer()
    register(app)

    def run(*words, typed=None):
        done = CliRunner().invoke(app, ["users", *words, "--json"], input=typed, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return run


def signs_in(password: str) -> bool:
    with open_operational(Settings()) as engine:
        return recognised(engine, "ana", password, now=0, request_id="r1") is not None


def made(run, *words):
    return run("create", "ana", *words, "--password-stdin", typed=RIGHT + "\n")


def test_somebody_made_here_signs_in(run):
    answer = made(run, "--role", "analyst", "--language", "pl")

    assert (answer["name"], answer["role"], answer["language"]) == ("ana", "analyst", "pl")
    assert signs_in(RIGHT)


def test_a_password_is_asked_for_twice_and_never_shown(monkeypatch):
    app = typer.Typer()
    register(app)
    monkeypatch.setattr("lifecycle.users._is_at_a_terminal", lambda: True)

    done = CliRunner().invoke(app, ["users", "create", "ana"], input=f"{RIGHT}\n{RIGHT}\n", catch_exceptions=False)

    assert done.exit_code == 0
    assert RIGHT not in done.output
    assert signs_in(RIGHT)


@pytest.mark.parametrize(("words", "refusal"), [(["create", "Ana"], PersonInvalid), (["password", "nobody"], UnknownPerson)])
def test_nobody_types_a_password_for_a_name_that_cannot_be(monkeypatch, words, refusal):
    app = typer.Typer()
    register(app)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: pytest.fail("it asked for a password"))

    done = CliRunner().invoke(app, ["users", *words])

    assert isinstance(done.exception, refusal)


@pytest.mark.parametrize("words", [["create", "bob"], ["password", "ana"]])
def test_a_password_that_nobody_can_type_is_asked_for_on_stdin(run, words):
    made(run)

    with pytest.raises(NobodyToAsk, match="--password-stdin"):
        run(*words)


def test_everybody_is_listed_without_a_password(run):
    made(run)

    listed = run("list")

    assert [(person["name"], person["role"]) for person in listed["people"]] == [("ana", "agent")]
    assert "password" not in str(listed)
    assert "argon2" not in str(listed)


def test_a_new_password_takes_the_place_of_the_old(run):
    made(run)

    run("password", "ana", "--password-stdin", typed="another horse battery\n")

    assert signs_in("another horse battery")
    assert not signs_in(RIGHT)


def test_who_is_disabled_signs_in_no_more(run):
    made(run)

    run("disable", "ana")

    assert not signs_in(RIGHT)
    assert run("list")["people"][0]["disabled_at"]


def test_who_was_disabled_by_mistake_signs_in_again_once_enabled(run):
    made(run)
    run("disable", "ana")

    run("enable", "ana")

    assert signs_in(RIGHT)
    assert run("list")["people"][0]["disabled_at"] is None


@pytest.mark.parametrize(
    ("words", "typed", "refusal"),
    [
        (["create", "Ana Maria"], RIGHT, PersonInvalid),
        (["create", "bob", "--role", "boss"], RIGHT, PersonInvalid),
        (["create", "bob"], "short", PasswordUnfit),
        (["create", "bob"], "", PasswordUnfit),
        (["create", "ana"], RIGHT, PersonExists),
        (["password", "nobody"], RIGHT, UnknownPerson),
    ],
)
def test_what_cannot_be_is_refused(run, words, typed, refusal):
    made(run)

    with pytest.raises(refusal, match="needed"):
        run(*words, "--password-stdin", typed=typed + "\n")


def test_pages_that_cannot_embed_ours_are_refused_before_anything_is_served(monkeypatch):
    monkeypatch.setenv("LIFECYCLE_EMBED_ORIGINS", '["https://crm.example.com"]')
    monkeypatch.setattr("serving.server.listen", lambda *_: pytest.fail("it began to listen"))
    installation_secret(Settings().home)

    with pytest.raises(EmbeddingImpossible, match="LIFECYCLE_PUBLIC_URL"):
        serve.serve()
