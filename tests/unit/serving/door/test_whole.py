from __future__ import annotations

import asyncio

import uvicorn

from serving.door.patience import PromptHeads
from serving.door.whole import body_at_hand, withdraw_whole, written_whole

ASKED = b"GET %b HTTP/1.1\r\nHost: x\r\nConnection: %b\r\n\r\n"
SENT = b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n%b"


async def answers(scope, _, send):
    if scope["path"] == "/withdrawn":
        withdraw_whole(scope)
    body = b"whole" if scope["method"] == "GET" else body_at_hand(scope) or b"later"
    if not written_whole(scope, b"content-length: 5\r\n", body):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
        await send({"type": "http.response.body", "body": b"parts"})


def heard(*asked: bytes) -> list[bytes]:
    """Return the bodies of a server's answers, asked one after another on one connection."""

    async def talk() -> list[bytes]:
        server = uvicorn.Server(uvicorn.Config(answers, port=0, http=PromptHeads, lifespan="off", log_config=None))
        server.config.load()
        server.lifespan = server.config.lifespan_class(server.config)
        await server.startup()
        reader, writer = await asyncio.open_connection(*server.servers[0].sockets[0].getsockname())
        bodies = []
        for words in asked:
            writer.write(words)
            await reader.readuntil(b"\r\n\r\n")
            bodies.append(await reader.readexactly(5))
        writer.close()
        await server.shutdown()
        return bodies

    return asyncio.run(talk())


def test_an_answer_is_written_as_a_whole_and_the_connection_goes_on():
    assert heard(*[ASKED % (b"/", b"keep-alive")] * 3) == [b"whole"] * 3


def test_an_answer_that_ends_a_connection_or_was_withdrawn_goes_the_ordinary_way():
    assert heard(ASKED % (b"/withdrawn", b"keep-alive"), ASKED % (b"/", b"close")) == [b"parts", b"parts"]


def test_a_body_that_came_with_its_head_is_at_hand_and_one_that_did_not_is_waited_for():
    assert heard(SENT % b"hello", SENT % b"hell") == [b"hello", b"later"]
