"""How is one question put to the service: over HTTP, or to the application in this process without a port."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.error
import urllib.request
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from features.errors import Unavailable

if TYPE_CHECKING:
    from serving.settings import ServiceSettings

_TRY_AGAIN_SECONDS = 0.1


class NoAnswer(Unavailable):
    """The service did not answer, or answered with a problem."""


@dataclass(frozen=True)
class Question:
    """Everything about one customer, asked with one key."""

    customer_id: str
    key: str

    @property
    def path(self) -> str:
        """Return the path of the call."""
        return f"/v1/customers/{self.customer_id}"

    def curl(self, url: str) -> str:
        """Return the command that asks it of the service at `url`."""
        return f"curl -s -H 'Authorization: Bearer {self.key}' {url}{self.path}"


def ask_over_http(question: Question, url: str, *, patience_seconds: float) -> dict[str, Any]:
    """Wait until the service at `url` is ready, ask, and return the answer.

    Raises
    ------
    NoAnswer
        If it does not become ready in time, or answers with a problem.
    """
    _wait_until_ready(url, patience_seconds)
    request = urllib.request.Request(url + question.path)  # noqa: S310 (the service's own address)
    request.add_header("Authorization", f"Bearer {question.key}")
    try:
        with urllib.request.urlopen(request, timeout=patience_seconds) as response:  # noqa: S310
            answer: dict[str, Any] = json.load(response)
    except (OSError, ValueError) as error:
        raise NoAnswer(f"needed an answer from {url}, found {error}") from error
    return answer


def ask_in_process(question: Question, settings: ServiceSettings) -> dict[str, Any]:
    """Start the application here, ask, end it, and return the answer.

    Raises
    ------
    NoAnswer
        If it answers with a problem.
    """
    status, body = asyncio.run(_called(question, settings))
    if status != 200:
        raise NoAnswer(f"needed status 200 for {question.path}, found {status}: {body.decode()}")
    answer: dict[str, Any] = json.loads(body)
    return answer


def _wait_until_ready(url: str, patience_seconds: float) -> None:
    deadline, why = time.monotonic() + patience_seconds, "nothing"
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=patience_seconds):  # noqa: S310
                return
        except urllib.error.HTTPError as error:
            why = error.read().decode()
        except OSError as error:
            why = str(error)
        time.sleep(_TRY_AGAIN_SECONDS)
    raise NoAnswer(f"needed a service at {url} that is ready within {patience_seconds:.0f} s, found {why}")


async def _called(question: Question, settings: ServiceSettings) -> tuple[int, bytes]:
    """Call the application by the protocol servers use (ASGI), for one request without a body."""
    from serving.app import create_app

    app, status, body = create_app(settings), 0, b""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status, body
        status = message.get("status", status)
        body += message.get("body", b"")

    async with app.router.lifespan_context(app):
        await app(_scope(question), receive, send)
    return status, body


def _scope(question: Question) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": question.path,
        "raw_path": question.path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"authorization", f"Bearer {question.key}".encode())],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
        "root_path": "",
    }
