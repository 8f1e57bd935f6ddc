from __future__ import annotations

import asyncio
import json

import pytest
import uvicorn

from serving.door import patience
from serving.door.turning_away import protocol_behind

ASKED = b"POST %b HTTP/1.1\r\nHost: x\r\nX-Request-Id: r1\r\nContent-Length: 2\r\n%b\r\n{}"


@pytest.fixture
def full(asker, monkeypatch):
    monkeypatch.setattr(asker.service.admission, "limit", 0)
    return asker.client.app


def heard(app, *words: bytes, rest: float = 0.0) -> list[tuple[bytes, dict]]:
    """Return head and body of each answer to these words, said one after another on one connection."""

    async def talk() -> list[tuple[bytes, dict]]:
        config = uvicorn.Config(app, port=0, http=protocol_behind(app.gate), lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        config.load()
        server.lifespan = config.lifespan_class(config)
        await server.startup()
        reader, writer = await asyncio.open_connection(*server.servers[0].sockets[0].getsockname())
        try:
            return [await answer(reader, writer, said, rest) for said in words]
        finally:
            writer.close()
            await server.shutdown()

    return asyncio.run(talk())


async def answer(reader, writer, said: bytes, rest: float) -> tuple[bytes, dict]:
    writer.write(said)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    body = json.loads(await reader.readexactly(length))
    await asyncio.sleep(rest)
    return head, body


def ordinarily(app, path: bytes) -> tuple[bytes, dict]:
    """Return what the gate says, to which a request goes that ends its connection."""
    [(head, body)] = heard(app, ASKED % (path, b"Connection: close\r\n"))
    return head.replace(b"connection: close\r\n", b""), body


def test_who_is_turned_away_hears_the_same_from_the_protocol_as_from_the_gate(full):
    path = b"/v1/customers/c1/decisions"

    [(head, body)] = heard(full, ASKED % (path, b""))

    ordinary_head, ordinary_body = ordinarily(full, path)
    assert body == ordinary_body
    assert {line for line in head.split(b"\r\n") if b"date:" not in line} == {
        line for line in ordinary_head.split(b"\r\n") if b"date:" not in line
    }


def test_a_connection_that_was_turned_away_may_rest_longer_than_a_head_may_take(full, monkeypatch):
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.4)

    answers = heard(full, *[ASKED % (b"/v1/customers/c1/decisions", b"")] * 2, rest=0.6)

    assert [body["type"] for _, body in answers] == ["urn:lifecycle:problem:overloaded"] * 2


def test_what_says_how_the_process_is_is_never_turned_away(full):
    [(head, _)] = heard(full, b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")

    assert head.startswith(b"http/1.1 200")


def test_a_request_that_finds_a_place_is_served_by_the_same_protocol(asker):
    [(head, body)] = heard(asker.client.app, ASKED % (b"/v1/customers/c1/decisions", b""))

    assert head.startswith(b"http/1.1 401")
    assert body["type"].endswith(":unauthenticated")


def test_who_is_turned_away_is_counted(full, asker):
    before = asker.service.metrics.overloads._value.get()

    heard(full, *[ASKED % (b"/v1/customers/c1", b"")] * 2)

    assert asker.service.metrics.overloads._value.get() == before + 2
