"""R7: who may call what: every operation of the OpenAPI document and every page, with every kind of key and of person.

Whom an operation does not declare must be refused as 401 or 403 before anything else is looked at, so no request needs to be one
that would succeed: ids and bodies are made up, and who may call gets whatever other answer. A page sends whoever has no session
to sign in.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import httpx2

from benchmarks.api_service import RunningService, running_service
from benchmarks.goals import Result, arguments, report
from serving.door.access import EVERYONE, declared_access
from serving.page.calls import PAGES
from serving.page.frame.forms import TOKEN
from serving.page.frame.route import SIGN_IN
from serving.people.accounts import ROLES
from serving.people.sessions import Session

SCOPES = ("read", "decide", "ingest", "admin")
WRONG = "lck_000000000000_" + "0" * 64
_REFUSED = (401, 403)
_MADE_UP = "0123456789abcdef01234567"
_COOKIE = "lifecycle_session"

Presented: TypeAlias = Mapping[str, Callable[[], Session | str | None]]
"""Who asks, by name: what gives their key or session, made anew for each call, since one of them ends it."""


@dataclass(frozen=True)
class Operation:
    """One operation of the document, or a page; `scope` None: anybody may call it. `roles`: the people it is declared for."""

    method: str
    path: str
    scope: str | None
    roles: frozenset[str]
    is_page: bool = False

    def allows(self, presented: str) -> bool:
        """Whether who presents such a key, or has signed in by such a role, may call it; a page is opened by no key."""
        if self.scope is None:
            return True
        if presented.startswith("person: "):
            return presented.removeprefix("person: ") in self.roles
        return not self.is_page and presented in (self.scope, "admin")


@dataclass(frozen=True)
class Tried:
    """One call made: with which key, whether it should have been let through, and whether it was."""

    operation: Operation
    presented: str
    allowed: bool
    let_through: bool

    @property
    def leaks(self) -> bool:
        """Whether somebody got in who may not."""
        return self.let_through and not self.allowed


def declared_operations(document: Mapping[str, Any]) -> list[Operation]:
    """Return the operations of an OpenAPI document, with who may call them."""
    return [
        Operation(method.upper(), path, said.get("x-lifecycle-scope"), frozenset(said.get("x-lifecycle-roles", ())))
        for path, calls in document["paths"].items()
        for method, said in calls.items()
    ]


def declared_pages() -> list[Operation]:
    """Return the pages, with who may open them."""
    return [
        Operation(page.method, page.path, declared.scope, declared.roles if declared.scope else EVERYONE, is_page=True)
        for page in PAGES
        for declared in [declared_access(page.handler)]
    ]


def matrix(service: RunningService) -> list[Tried]:
    """Try every operation and every page with every kind of key and of person."""
    everybody = kinds(service)
    with httpx2.Client(base_url=service.url, timeout=30) as client:
        operations = declared_operations(client.get("/openapi.json").json())
        return list(_tried(client, [*operations, *declared_pages()], everybody))


def kinds(service: RunningService) -> Presented:
    """Return every kind of key, and of person."""
    keys = {"wrong": WRONG, "revoked": service.revoked_key(), **{scope: service.key(scope) for scope in SCOPES}}
    over = {"person: signed out": service.signed_out(), "person: disabled": service.disabled()}
    return {
        "none": lambda: None,
        **{name: (lambda ended=ended: ended) for name, ended in {**keys, **over}.items()},
        **{f"person: {role}": (lambda role=role: service.session(role)) for role in ROLES},
    }


def _tried(client: httpx2.Client, operations: list[Operation], everybody: Presented) -> Iterator[Tried]:
    for operation in operations:
        for presented, given in everybody.items():
            answer = client.send(_request(client, operation, given()))
            yield Tried(operation, presented, operation.allows(presented), _was_let_through(operation, answer))


def _was_let_through(operation: Operation, answer: httpx2.Response) -> bool:
    """Whether the handler was reached; a page that is anybody's may refuse for what was typed, a wrong password for one."""
    if operation.is_page and operation.scope is None:
        return answer.status_code != 403
    is_sent_away = answer.headers.get("location", "").startswith((f"{SIGN_IN}?next=", f"{SIGN_IN}?said=expired"))
    return answer.status_code not in _REFUSED and not is_sent_away


def _request(client: httpx2.Client, operation: Operation, who: Session | str | None) -> httpx2.Request:
    path = re.sub(r"\{[^}]*\}", _MADE_UP, operation.path)
    headers = {"Authorization": f"Bearer {who}"} if isinstance(who, str) else {}
    if isinstance(who, Session):
        headers["Cookie"] = f"{_COOKIE}={who.secret}"
    if operation.method == "GET":
        return client.build_request("GET", path, headers=headers)
    headers["Origin"] = str(client.base_url).rstrip("/")
    form = {TOKEN: who.form_token if isinstance(who, Session) else ""}
    return client.build_request(
        operation.method, path, headers=headers, **({"data": form} if operation.is_page else {"json": {}})
    )


def main() -> None:
    """Try the matrix and report R7's part of it."""
    given = arguments(__doc__ or "").parse_args()
    with tempfile.TemporaryDirectory() as name, running_service(Path(name)) as service:
        tried = matrix(service)
    leaks, shut_out = [each for each in tried if each.leaks], [each for each in tried if each.allowed and not each.let_through]
    for each in [*leaks, *shut_out]:
        print(f"{'leak' if each.leaks else 'shut out'}: {each.operation.method} {each.operation.path} with {each.presented}")
    routes = len({each.operation for each in tried})
    figure = f"{routes} of {routes} operations and pages, {len(tried)} calls, {len(leaks)} leaks, {len(shut_out)} shut out"
    holds = not leaks and not shut_out
    report(
        [
            Result(
                "R7", "access matrix", figure, "100 % of routes, 0 leaks", holds, "tiny live state, 7 kinds of key, 5 of person"
            )
        ],
        given.json,
    )


if __name__ == "__main__":
    main()
