"""A service of two processes, and callers that ask it the same question all the while: what did they see, and did one fail."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

SETTLED_ANSWERS = 40
_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Asked:
    """Who is asked about, with which key, by how many callers, and how long each waits between two questions."""

    customer_id: str
    secret: str
    callers: int
    pause_seconds: float = 0.0


@dataclass
class Caller:
    """Asks the same question again and again, and keeps what it saw: triples of bundle, snapshot and answer, and errors."""

    port: int
    asked: Asked
    end: threading.Event
    latest: deque[str]
    seen: set[tuple[str, str, float]] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    answers: int = 0

    def run(self) -> None:
        """Ask until told to end, on one connection kept alive."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            while not self.end.wait(self.asked.pause_seconds):
                try:
                    self._ask(connection)
                except (OSError, http.client.HTTPException) as error:
                    self.errors.append(repr(error))
                    connection.close()

    def _ask(self, connection: http.client.HTTPConnection) -> None:
        key = {"Authorization": f"Bearer {self.asked.secret}"}
        connection.request("GET", f"/v1/customers/{self.asked.customer_id}", headers=key)
        answer = connection.getresponse()
        body = json.loads(answer.read())
        self.answers += 1
        if answer.status != http.client.OK:
            self.errors.append(f"status {answer.status}: {body.get('type')}")
            return
        versions = body["versions"]
        self.seen.add((versions["bundle"], versions["snapshot"], body["churn"]["probability"]))
        self.latest.append(versions["bundle"])


@contextmanager
def service(environment: Mapping[str, str], *, workers: int = 2) -> Iterator[int]:
    """Run a service of so many processes; give its port once it is ready.

    Raises
    ------
    RuntimeError
        If it had ended by itself when the block was done, with what it said last.
    """
    command = lifecycle("serve", "--port", "0", "--workers", str(workers), "--json")
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        try:
            told = "".join(iter(process.stdout.readline, "}\n")) + "}" if process.stdout else "{}"
            port = int(json.loads(told)["url"].rpartition(":")[2])
            _wait_until_ready(port)
            yield port
        finally:
            ended = process.poll()
            process.terminate()
        if ended is not None:
            log.seek(0)
            raise RuntimeError(f"the service ended by itself with {ended}: {log.read()[-2000:]}")


@contextmanager
def callers(asked: Asked, port: int) -> Iterator[Sequence[Caller]]:
    """Let callers ask while the block runs."""
    end, latest = threading.Event(), deque[str](maxlen=SETTLED_ANSWERS)
    asking = [Caller(port, asked, end, latest) for _ in range(asked.callers)]
    threads = [threading.Thread(target=caller.run) for caller in asking]
    for thread in threads:
        thread.start()
    try:
        yield asking
    finally:
        end.set()
        for thread in threads:
            thread.join()


def wait_until_settled(latest: deque[str], bundle: str) -> None:
    """Return once the newest answers are all of one bundle."""
    _wait(lambda: len(latest) == SETTLED_ANSWERS and set(latest.copy()) == {bundle})


def lifecycle(*words: str) -> list[str]:
    """Return a command line of this program."""
    return [sys.executable, "-m", "lifecycle", *words]


def _wait_until_ready(port: int) -> None:
    def is_ready() -> bool:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)) as connection:
            connection.request("GET", "/readyz")
            with connection.getresponse() as answer:
                return answer.status == http.client.OK

    _wait(is_ready)


def _wait(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"it did not come to hold within {_PATIENCE_SECONDS:g} s")
        time.sleep(0.01)
