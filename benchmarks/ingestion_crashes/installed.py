"""An installation with a key that may tell, and its service: two web processes and the one of the background work."""

from __future__ import annotations

import http.client
import io
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.asking import lifecycle
from benchmarks.live_states import Publisher
from features.home import Home
from serving.background.standing import standing_of
from serving.database import database_url, keys, open_database
from serving.live.shelf import LiveShelf
from serving.service import moment_now

WORKERS = 2
_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Installation:
    """Where everything stands, and a key to it."""

    home: Home
    secret: str

    @classmethod
    def made(cls, folder: Path) -> Installation:
        """Make one with something live."""
        publisher = Publisher(Home(folder / "home"), folder / "signing.key")
        publisher.publish({"c1": 0.3})
        LiveShelf(publisher.home).newest()  # tried here, so that no process of the service needs to
        engine = open_database(database_url(publisher.home))
        secret = keys.create_key(engine, name="campaign", scopes=["ingest", "read"], created_at=0).secret
        engine.dispose()
        return cls(publisher.home, secret)

    @property
    def environment(self) -> dict[str, str]:
        """Return what a command is started with."""
        return {**os.environ, "LIFECYCLE_HOME": str(self.home.root), "LIFECYCLE_DRAIN_SECONDS": "2"}

    def waiting_rows(self) -> int:
        """Return how many acknowledged rows are not in the log."""
        engine = open_database(database_url(self.home))
        try:
            return standing_of(engine, now=moment_now()).waits.rows
        finally:
            engine.dispose()


class Running:
    """A service of an installation on a port of its own; `restart` keeps the port."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._log = installation.home.root.parent / "service.log"
        self.port = 0
        self._killed: set[int] = set()
        self._process = self._started()

    @property
    def children(self) -> list[int]:
        """Return the processes beside the first: web processes and the background's; none that was killed and not noticed yet."""
        pid = self._process.pid
        found = map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        return [child for child in found if child not in self._killed]

    @property
    def is_whole(self) -> bool:
        """Whether nobody is missing: each process says in the log that it has begun."""
        lines = [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]
        begun = {line["pid"] for line in lines if line.get("event") in ("serving", "working")}
        return len(begun & set(self.children)) == WORKERS + 1

    def is_ready(self) -> bool:
        """Ask whether it is ready."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            with connection.getresponse() as answer:
                return answer.status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def kill_one(self, number: int) -> None:
        """Kill one of the children."""
        pid = self.children[number % len(self.children)]
        os.kill(pid, signal.SIGKILL)
        self._killed.add(pid)

    def kill_all(self) -> None:
        """Kill everybody, and start anew."""
        for pid in (self._process.pid, *self.children):
            os.kill(pid, signal.SIGKILL)
        self._process.wait()
        self._process = self._started()

    def begin_to_end(self) -> None:
        """Ask for the end."""
        self._process.terminate()

    def wait_for_end(self) -> int:
        """Return the exit code."""
        return self._process.wait(_PATIENCE_SECONDS)

    def _started(self) -> subprocess.Popen[str]:
        words = lifecycle("serve", "--port", str(self.port), "--workers", str(WORKERS), "--json")
        with self._log.open("a") as log:
            process = subprocess.Popen(words, env=self._installation.environment, stdout=subprocess.PIPE, stderr=log, text=True)
        with process.stdout or io.StringIO() as said:  # it says nothing more
            told = "".join(iter(said.readline, "}\n")) + "}"
        self.port = int(json.loads(told)["url"].rpartition(":")[2])
        return process


def seconds_until(holds: Callable[[], bool], *, look_each_seconds: float = 0.02) -> float:
    """Wait until it holds, and return how long that took.

    Raises
    ------
    TimeoutError
        If it does not come to hold.
    """
    began = time.perf_counter()
    while not holds():
        if time.perf_counter() - began > _PATIENCE_SECONDS:
            raise TimeoutError(f"it did not come to hold within {_PATIENCE_SECONDS:g} s")
        time.sleep(look_each_seconds)
    return time.perf_counter() - began
