"""How long may a caller take to say what it wants: a connection whose next head does not arrive whole in time is closed.

uvicorn waits for ever for the rest of a head, so a caller who opens connections and says little could use up all of them.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from serving.door.whole import offer_whole

HEAD_SECONDS = 10.0


class PromptHeads(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, with a deadline for the head; between two requests uvicorn's own keep-alive limit holds."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._limit_wait()

    def data_received(self, data: bytes) -> None:
        """Take bytes in; begin to wait where they are a part of a head, stop where they complete one."""
        super().data_received(data)
        self._limit_wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        offer_whole(cycle)
        super()._start_asgi_task(cycle, app)

    def _limit_wait(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self.timeout_keep_alive_handler)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
