"""Callers that tell of events without a pause, and tell again until they are answered, by the same Idempotency-Key."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.ingestion_crashes.installed import Installation, Running
from benchmarks.ingestion_crashes.kept import Told, body_of

_PAUSE_SECONDS = 0.02


@dataclass
class Teller:
    """Tells deliveries one after another; `acknowledged` are those that were answered 200."""

    name: str
    installation: Installation
    running: Running
    end: threading.Event
    acknowledged: list[Told] = field(default_factory=list)
    open_ends: list[Told] = field(default_factory=list)
    repeats: int = 0
    refused: set[int] = field(default_factory=set)

    def run(self) -> None:
        """Tell until told to end."""
        while not self.end.is_set():
            told = Told(self.name, len(self.acknowledged))
            if self._is_answered(told):
                self.acknowledged.append(told)
            else:
                self.open_ends.append(told)

    def _is_answered(self, told: Told) -> bool:
        while not self.end.is_set():
            if self._ask(told) == http.client.OK:
                return True
            self.repeats += 1
            self.end.wait(_PAUSE_SECONDS)
        return False

    def _ask(self, told: Told) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.running.port, timeout=30)
        headers = {
            "Authorization": f"Bearer {self.installation.secret}",
            "Idempotency-Key": f"{told.who}-{told.number}",
            "Content-Type": "application/json",
        }
        try:
            connection.request("POST", "/v1/events", body=body_of(told), headers=headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()
        self.refused |= {answer.status} - {http.client.OK}
        return answer.status


@contextmanager
def telling(installation: Installation, running: Running, *, tellers: int) -> Iterator[Sequence[Teller]]:
    """Let callers tell while the block runs."""
    end = threading.Event()
    telling = [Teller(f"t{number}", installation, running, end) for number in range(tellers)]
    threads = [threading.Thread(target=teller.run) for teller in telling]
    for thread in threads:
        thread.start()
    try:
        yield telling
    finally:
        end.set()
        for thread in threads:
            thread.join()
