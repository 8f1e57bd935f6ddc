"""The commands about people: who may sign in to the agent page, in which role."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from features.errors import InvalidInput
from lifecycle.console import JsonFlag, emit
from lifecycle.database import open_operational

if TYPE_CHECKING:
    from serving.people.accounts import Person

_Name = Annotated[str, typer.Argument(help="What they sign in with: small letters, digits, `._-`.")]
_Password = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin instead of asking for it.")
]


class NobodyToAsk(InvalidInput):
    """A password was to be asked for where nobody can type."""


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    users = typer.Typer(help="Who may sign in to the agent page: people with a role and a password.", no_args_is_help=True)
    users.command("create")(create)
    users.command("list")(list_all)
    users.command("password")(password)
    users.command("disable")(disable)
    users.command("enable")(enable)
    app.add_typer(users, name="users")


def create(
    name: _Name,
    role: Annotated[
        str, typer.Option(help="agent (sees and decides), analyst (sees and asks what-if) or admin (everything).")
    ] = "agent",
    language: Annotated[str | None, typer.Option(help="en, pt-BR or pl; default: as their browser asks.")] = None,
    password_stdin: _Password = False,
    as_json: JsonFlag = False,
) -> None:
    """Let somebody sign in; asks for their password, or reads it from stdin."""
    from lifecycle.settings import Settings
    from serving.people.accounts import check_person, create_person

    check_person(name, role, language)  # before anybody types a password, twice
    with open_operational(Settings()) as engine:
        given = _given(password_stdin)
        made = create_person(engine, name=name, role=role, password=given, created_at=_now(), language=language)
    emit(asdict(made), f"{made.name} may sign in as {made.role} at /page/", as_json=as_json)


def list_all(as_json: JsonFlag = False) -> None:
    """List everybody, without passwords."""
    from lifecycle.settings import Settings
    from serving.people.accounts import list_people

    with open_operational(Settings()) as engine:
        found = list_people(engine)
    lines = [f"{person.name:24}  {person.role:8}  {_standing(person)}" for person in found]
    people = [asdict(person) for person in found]
    emit({"people": people}, "\n".join(lines) or "nobody; `lifecycle users create` lets somebody sign in", as_json=as_json)


def password(name: _Name, password_stdin: _Password = False, as_json: JsonFlag = False) -> None:
    """Give somebody a new password; whatever sessions they had are over."""
    from lifecycle.settings import Settings
    from serving.people.accounts import change_password, person_named

    with open_operational(Settings()) as engine:
        person_named(engine, name)
        change_password(engine, name, _given(password_stdin))
    emit({"name": name, "changed": True}, f"{name} has a new password; their sessions are over", as_json=as_json)


def disable(name: _Name, as_json: JsonFlag = False) -> None:
    """Let somebody sign in no more; their sessions are over at once, what they did stays theirs."""
    from lifecycle.settings import Settings
    from serving.people.accounts import disable as disable_person

    with open_operational(Settings()) as engine:
        disable_person(engine, name, now=_now())
    emit({"name": name, "disabled": True}, f"{name} can sign in no more", as_json=as_json)


def enable(name: _Name, as_json: JsonFlag = False) -> None:
    """Let somebody who was disabled sign in again, in the same role and with the same password."""
    from lifecycle.settings import Settings
    from serving.people.accounts import enable as enable_person

    with open_operational(Settings()) as engine:
        enable_person(engine, name)
    emit({"name": name, "disabled": False}, f"{name} may sign in again", as_json=as_json)


def _given(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not _is_at_a_terminal():
        raise NobodyToAsk("needed a terminal to ask for the password at, found none; add --password-stdin and send it on stdin")
    given: str = typer.prompt("Password (12 characters or more)", hide_input=True, confirmation_prompt=True, err=True)
    return given


def _is_at_a_terminal() -> bool:
    return sys.stdin.isatty()


def _standing(person: Person) -> str:
    return "may sign in" if person.disabled_at is None else "disabled"


def _now() -> int:
    return time.time_ns() // 1000
