from __future__ import annotations

import asyncio

import pytest
import uvicorn

from serving.door import patience

WHOLE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def answers(scope, _, send):
    await asyncio.sleep(0.3 if scope["path"] == "/slow" else 0)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


def said_to(*words: bytes, pause: float = 0.0) -> bytes:
    """Return all that a server with a deadline of 0.15 s answers to these words until it closes, or until 1 s is over."""

    async def talk() -> bytes:
        server = uvicorn.Server(uvicorn.Config(answers, port=0, http=patience.PromptHeads, lifespan="off", log_config=None))
        server.config.load()
        server.lifespan = server.config.lifespan_class(server.config)
        await server.startup()
        reader, writer = await asyncio.open_connection(*server.servers[0].sockets[0].getsockname())
        for word in words:
            writer.write(word)
            await asyncio.sleep(pause)
        heard = b""
        try:
            async with asyncio.timeout(1):
                while chunk := await reader.read(1000):
                    heard += chunk
            return heard + b"closed"
        except TimeoutError:
            return heard + b"open"
        finally:
            writer.close()
            await server.shutdown()

    return asyncio.run(talk())


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.15)


@pytest.mark.parametrize("words", [(), (WHOLE[:9],), (WHOLE[:9], WHOLE[9:12], WHOLE[12:15])])
def test_a_connection_that_never_says_what_it_wants_is_closed(words):
    assert said_to(*words, pause=0.05) == b"closed"


def test_the_rest_of_a_second_head_has_the_same_deadline():
    answer = said_to(WHOLE, WHOLE[:9], pause=0.05)

    assert answer.startswith(b"HTTP/1.1 204")
    assert answer.endswith(b"closed")


def test_a_slow_answer_is_not_cut_off_and_the_connection_is_kept():
    answer = said_to(WHOLE.replace(b"/ ", b"/slow ", 1))

    assert answer.startswith(b"HTTP/1.1 204")
    assert answer.endswith(b"open")
