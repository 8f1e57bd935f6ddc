"""Fifty requests in flight when the service is told to end: is each of them answered."""

from __future__ import annotations

import http.client
import socket
import time
from dataclasses import dataclass

from benchmarks.ingestion_crashes.installed import Installation, Running
from benchmarks.ingestion_crashes.kept import Told, body_of

IN_FLIGHT = 50
_ARRIVED_SECONDS = 0.5  # until every head is read
_ENDING_SECONDS = 0.5


@dataclass(frozen=True)
class Shutdown:
    """What became of the requests in flight."""

    answered: int
    exit_code: int
    acknowledged: tuple[Told, ...]

    @property
    def dropped(self) -> int:
        """Return how many got no answer."""
        return IN_FLIGHT - self.answered


def shut_down(installation: Installation, running: Running) -> Shutdown:
    """Send the first half of each request, tell the service to end, send the rest, and read what is answered."""
    told = [Told("last", number) for number in range(IN_FLIGHT)]
    sent = [_begun(installation, running, one) for one in told]
    time.sleep(_ARRIVED_SECONDS)
    running.begin_to_end()
    time.sleep(_ENDING_SECONDS)
    statuses = [_finished(connection, one) for connection, one in zip(sent, told, strict=True)]
    good = tuple(one for one, status in zip(told, statuses, strict=True) if status == http.client.OK)
    return Shutdown(sum(status > 0 for status in statuses), running.wait_for_end(), good)


def _begun(installation: Installation, running: Running, told: Told) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", running.port), timeout=60)
    body = body_of(told)
    head = (
        f"POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {installation.secret}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection.sendall(head.encode() + body[: len(body) // 2])
    return connection


def _finished(connection: socket.socket, told: Told) -> int:
    """Return the status of the answer, 0 where there is none."""
    body = body_of(told)
    try:
        connection.sendall(body[len(body) // 2 :])
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        answer.read()
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
    return answer.status
