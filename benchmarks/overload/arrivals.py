"""An open loop: each request is sent at a moment fixed in advance, however long those before it take, and timed from that moment.

Run as a process of its own: `python -m benchmarks.overload.arrivals` reads a plan as JSON from its input and prints what it saw.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field

_TICK_SECONDS = 0.001
_PATIENCE_SECONDS = 30.0
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


@dataclass(frozen=True)
class Phase:
    """So many arrivals a second, for so many seconds."""

    per_second: float
    seconds: float


@dataclass(frozen=True)
class Arrivals:
    """Decisions about customers `c0`, `c1` and so on up to `customers`, asked for over so many connections in these phases."""

    port: int
    secret: str
    customers: int
    phases: Sequence[Phase]
    connections: int = 256

    def moments(self) -> Iterator[float]:
        """Return when each request is due, in seconds from the beginning."""
        begun = 0.0
        for phase in self.phases:
            yield from (begun + number / phase.per_second for number in range(int(phase.per_second * phase.seconds)))
            begun += phase.seconds


@dataclass(frozen=True)
class Answered:
    """One request: when it was due, when it was sent and when it was answered, in seconds from the beginning; 0: no answer."""

    due: float
    sent: float
    done: float
    status: int

    @property
    def took_ms(self) -> float:
        """Return the milliseconds from the moment it was due."""
        return 1000 * (self.done - self.due)


def answered_by(plan: Arrivals) -> list[Answered]:
    """Have a process of its own send all of it."""
    command = [sys.executable, "-m", "benchmarks.overload.arrivals"]
    done = subprocess.run(command, input=json.dumps(asdict(plan)), stdout=subprocess.PIPE, text=True, check=True)
    return [Answered(*one) for one in json.loads(done.stdout)]


@dataclass
class _Sender:
    """Sends what is due by whichever connection is free; what finds none waits, and that counts as waiting for the answer."""

    plan: Arrivals
    begun: float = 0.0
    free: list[_Line] = field(default_factory=list)
    waiting: deque[tuple[int, float]] = field(default_factory=deque)
    seen: list[Answered] = field(default_factory=list)
    due: int = 0

    async def run(self) -> None:
        """Send all of it, and wait for what is still to be answered."""
        loop = asyncio.get_running_loop()
        for _ in range(self.plan.connections):
            await loop.create_connection(lambda: _Line(self), "127.0.0.1", self.plan.port)
            await asyncio.sleep(_TICK_SECONDS)  # connections that come all at once may all go to one process
        self.begun = time.perf_counter()
        for number, moment in enumerate(self.plan.moments()):
            while self.now < moment:
                await asyncio.sleep(_TICK_SECONDS)
            self.due += 1
            self.waiting.append((number, moment))
            self.send()
        deadline = self.now + _PATIENCE_SECONDS
        while len(self.seen) < self.due and self.now < deadline:
            await asyncio.sleep(_TICK_SECONDS)

    @property
    def now(self) -> float:
        """Return the seconds since the beginning."""
        return time.perf_counter() - self.begun

    def send(self) -> None:
        """Send what waits as far as connections are free."""
        while self.waiting and self.free:
            number, moment = self.waiting.popleft()
            self.free.pop(0).send(self._request(number), moment)

    def _request(self, number: int) -> bytes:
        body, plan = '{"agent_id":"agent-1"}', self.plan
        return (
            f"POST /v1/customers/c{number % plan.customers}/decisions HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {plan.secret}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


class _Line(asyncio.Protocol):
    """One connection, on which one request at a time is under way."""

    def __init__(self, sender: _Sender) -> None:
        self._sender = sender
        self._due = self._sent = 0.0
        self._came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 (it is one of a socket)
        self._transport = transport
        self._sender.free.append(self)

    def send(self, request: bytes, due: float) -> None:
        """Send a request that was due at a moment."""
        self._due, self._sent, self._came = due, self._sender.now, b""
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, found, body = self._came.partition(_HEAD_END)
        if not found:
            return
        place = head.lower().index(_LENGTH) + len(_LENGTH)
        if len(body) >= int(head[place:].partition(b"\r\n")[0]):
            self._end(int(head[9:12]))

    def _end(self, status: int) -> None:
        sender = self._sender
        sender.seen.append(Answered(self._due, self._sent, sender.now, status))
        sender.free.append(self)
        sender.send()


def main() -> None:
    """Send by the plan that is read."""
    given = json.load(sys.stdin)
    phases = [Phase(**phase) for phase in given.pop("phases")]
    sender = _Sender(Arrivals(**given, phases=phases))
    asyncio.run(sender.run())
    unanswered = [Answered(0.0, 0.0, 0.0, 0)] * (sender.due - len(sender.seen))
    print(json.dumps([[one.due, one.sent, one.done, one.status] for one in (*sender.seen, *unanswered)]))


if __name__ == "__main__":
    main()
