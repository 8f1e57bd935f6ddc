"""How are questions put to the service: over HTTP, or to the application in this process without a port."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from features.errors import Unavailable

if TYPE_CHECKING:
    from fastapi import FastAPI

    from serving.settings import ServiceSettings

_TRY_AGAIN_SECONDS = 0.1


class NoAnswer(Unavailable):
    """The service did not answer, or answered with a problem."""


@dataclass(frozen=True)
class Question:
    """One call of the service, made with one key; with a body it is a POST."""

    path: str
    key: str
    body: str | None = None

    @property
    def method(self) -> str:
        """Return the method of the call."""
        return "GET" if self.body is None else "POST"

    def curl(self, url: str) -> str:
        """Return the command that asks it of the service at `url`."""
        data = "" if self.body is None else f" -H 'Content-Type: application/json' -d '{self.body}'"
        return f"curl -s -H 'Authorization: Bearer {self.key}'{data} {url}{self.path}"


def ask_over_http(questions: Sequence[Question], url: str, *, patience_seconds: float) -> list[dict[str, Any]]:
    """Wait until the service at `url` is ready, ask one after the other, and return the answers.

    Raises
    ------
    NoAnswer
        If it does not become ready in time, or answers with a problem.
    """
    _wait_until_ready(url, patience_seconds)
    return [_over_http(question, url, patience_seconds) for question in questions]


def ask_in_process(questions: Sequence[Question], settings: ServiceSettings) -> list[dict[str, Any]]:
    """Start the application here, ask one after the other, end it, and return the answers.

    Raises
    ------
    NoAnswer
        If it answers with a problem.
    """
    import asyncio

    return [_read(*answered) for answered in zip(questions, asyncio.run(_called(questions, settings)), strict=True)]


def _over_http(question: Question, url: str, patience_seconds: float) -> dict[str, Any]:
    request = urllib.request.Request(url + question.path, data=_sent(question), method=question.method)  # noqa: S310 (the service's own address)
    for name, value in _headers(question).items():
        request.add_header(name, value)
    try:
        with urllib.request.urlopen(request, timeout=patience_seconds) as response:  # noqa: S310
            answer: dict[str, Any] = json.load(response)
    except (OSError, ValueError) as error:
        raise NoAnswer(f"needed an answer from {url}{question.path}, found {error}") from error
    return answer


def _read(question: Question, answered: tuple[int, bytes]) -> dict[str, Any]:
    status, body = answered
    if status != 200:
        raise NoAnswer(f"needed status 200 for {question.path}, found {status}: {body.decode()}")
    answer: dict[str, Any] = json.loads(body)
    return answer


def _headers(question: Question) -> dict[str, str]:
    return {"authorization": f"Bearer {question.key}", "content-type": "application/json"}


def _sent(question: Question) -> bytes | None:
    return None if question.body is None else question.body.encode()


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


async def _called(questions: Sequence[Question], settings: ServiceSettings) -> list[tuple[int, bytes]]:
    from serving.app import create_app

    app = create_app(settings)
    async with app.router.lifespan_context(app):
        return [await _call(app, question) for question in questions]


async def _call(app: FastAPI, question: Question) -> tuple[int, bytes]:
    """Call the application by the protocol servers use (ASGI), for one request; return its status and body."""
    status, body = 0, b""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": _sent(question) or b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status, body
        status = message.get("status", status)
        body += message.get("body", b"")

    await app(_scope(question), receive, send)
    return status, body


def _scope(question: Question) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": question.method,
        "scheme": "http",
        "path": question.path,
        "raw_path": question.path.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in {"host": "localhost", **_headers(question)}.items()],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
        "root_path": "",
    }
