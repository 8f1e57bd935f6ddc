"""R7: who may call what: every operation of the OpenAPI document, with every kind of key, against a running service.

A key that an operation does not declare must be refused as 401 or 403 before anything else is looked at, so no request needs
to be one that would succeed: ids and bodies are made up, and a key that may call gets whatever other answer.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.api_service import RunningService, running_service
from benchmarks.goals import Result, arguments, report

SCOPES = ("read", "decide", "ingest", "admin")
WRONG = "lck_000000000000_" + "0" * 64
_REFUSED = (401, 403)
_MADE_UP = "0123456789abcdef01234567"


@dataclass(frozen=True)
class Operation:
    """One operation of the document; `scope` None: anybody may call it. `roles`: the people it is declared for."""

    method: str
    path: str
    scope: str | None
    roles: frozenset[str]

    def allows(self, presented: str) -> bool:
        """Whether who presents such a key may call it."""
        return self.scope is None or presented in (self.scope, "admin")


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


def matrix(service: RunningService) -> list[Tried]:
    """Try every operation with every kind of key."""
    secrets = {"none": None, "wrong": WRONG, "revoked": service.revoked_key(), **{scope: service.key(scope) for scope in SCOPES}}
    with httpx2.Client(base_url=service.url, timeout=30) as client:
        operations = declared_operations(client.get("/openapi.json").json())
        return list(_tried(client, operations, secrets=secrets))


def _tried(client: httpx2.Client, operations: list[Operation], *, secrets: Mapping[str, str | None]) -> Iterator[Tried]:
    for operation in operations:
        for presented, secret in secrets.items():
            headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
            sent = {"json": {}} if operation.method in ("POST", "PUT", "PATCH") else {}
            path = re.sub(r"\{[^}]*\}", _MADE_UP, operation.path)
            status = client.request(operation.method, path, headers=headers, **sent).status_code
            yield Tried(operation, presented, operation.allows(presented), status not in _REFUSED)


def main() -> None:
    """Try the matrix and report R7's part of it."""
    given = arguments(__doc__ or "").parse_args()
    with tempfile.TemporaryDirectory() as name, running_service(Path(name)) as service:
        tried = matrix(service)
    leaks, shut_out = [each for each in tried if each.leaks], [each for each in tried if each.allowed and not each.let_through]
    for each in [*leaks, *shut_out]:
        print(f"{'leak' if each.leaks else 'shut out'}: {each.operation.method} {each.operation.path} with {each.presented}")
    routes = len({each.operation for each in tried})
    figure = f"{routes} of {routes} operations, {len(tried)} calls, {len(leaks)} leaks, {len(shut_out)} shut out"
    holds = not leaks and not shut_out
    report(
        [Result("R7", "access matrix", figure, "100 % of routes, 0 leaks", holds, "tiny live state, 7 kinds of key")], given.json
    )


if __name__ == "__main__":
    main()
