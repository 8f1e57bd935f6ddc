"""Many callers on one event loop, each asking its next question once the last is answered: how long it took, how many a second.

Plain sockets kept alive, since a client library costs more than the service that is measured. Run as a process of its own:
`python -m benchmarks.callers` reads a plan as JSON from its input and prints what it saw.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np


@dataclass(frozen=True)
class Plan:
    """Who is asked how: each path once, in order, shared by all callers; a body makes it a POST."""

    port: int
    paths: Sequence[str]
    callers: int
    secret: str = ""
    body: str | None = None


@dataclass(frozen=True)
class Seen:
    """What the callers saw together."""

    answers: int
    refused: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        """Return how many answers came a second."""
        return self.answers / self.seconds


def asked_by_others(plan: Plan) -> Seen:
    """Have a process of its own ask."""
    command = [sys.executable, "-m", "benchmarks.callers"]
    done = subprocess.run(command, input=json.dumps(asdict(plan)), capture_output=True, text=True, check=True)
    return Seen(**json.loads(done.stdout))


async def ask(plan: Plan) -> Seen:
    """Ask all of it."""
    waiting, took, refused = iter(plan.paths), [], []

    async def caller() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", plan.port)
        for path in waiting:
            begun = time.perf_counter()
            writer.write(_request(plan, path))
            status = await _status(reader)
            took.append(time.perf_counter() - begun)
            if status != 200:
                refused.append(status)
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(plan.callers)))
    seconds = time.perf_counter() - begun
    return Seen(len(took), len(refused), seconds, *(1000 * float(np.percentile(took, each)) for each in (50, 99)))


def _request(plan: Plan, path: str) -> bytes:
    head = f"{'GET' if plan.body is None else 'POST'} {path} HTTP/1.1\r\nHost: localhost\r\n"
    if plan.secret:
        head += f"Authorization: Bearer {plan.secret}\r\n"
    if plan.body is not None:
        head += f"Content-Type: application/json\r\nContent-Length: {len(plan.body)}\r\n"
    return f"{head}\r\n{plan.body or ''}".encode()


async def _status(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    lower = head.lower()
    place = lower.index(b"content-length:") + len(b"content-length:")
    await reader.readexactly(int(lower[place : lower.index(b"\r\n", place)]))
    return int(head[9:12])


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(ask(Plan(**json.load(sys.stdin)))))))
