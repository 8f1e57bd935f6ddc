"""Versions that change under load (R2), and the way back (R3): is every answer right, and how long does it take.

A service of two processes answers eight callers while the pointer moves between states whose answers are known. Then the live
model is rolled back by the command, and the service is started with its newest state damaged; MLflow's address is a closed port.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.goals import Result, arguments, report
from benchmarks.live_states import Publisher
from features.home import Home
from features.times import Timestamp
from models.bundle import Live, read_bundle
from models.bundle.signing import load_public_key
from serving.database import database_url, keys, open_database
from training.publishing.ledger import LedgerEntry, move_live

SWAPS = 50
CALLERS = 8
CUSTOMER = "c1"
_SETTLED_ANSWERS = 40
_PATIENCE_SECONDS = 120.0
_LIMIT_SECONDS = 5.0


@dataclass
class Installation:
    """A folder with an installation, its signing key and an API key, and no MLflow to be reached."""

    publisher: Publisher
    secret: str

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of commands on this installation."""
        return {
            **os.environ,
            "LIFECYCLE_HOME": str(self.publisher.home.root),
            "LIFECYCLE_SIGNING_KEY": str(self.publisher.signing_key),
            "MLFLOW_TRACKING_URI": "http://127.0.0.1:9",
        }

    def make_live(self, live: Live, at: Timestamp) -> None:
        """Move the pointer as a promotion does, with its line in the ledger."""
        home = self.publisher.home
        models = dict(read_bundle(home, str(live.bundle), public_key=load_public_key(home)).models)
        move_live(home, LedgerEntry(at, "promote", live, models, model="churn"))


@dataclass
class Caller:
    """Asks the same question again and again, and keeps what it saw: pairs of version and answer, and errors."""

    port: int
    secret: str
    end: threading.Event
    latest: deque[str]
    seen: set[tuple[str, float]] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    answers: int = 0

    def run(self) -> None:
        """Ask until told to end, on one connection kept alive."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while not self.end.is_set():
            try:
                self._ask(connection)
            except (OSError, http.client.HTTPException) as error:
                self.errors.append(repr(error))
                connection.close()

    def _ask(self, connection: http.client.HTTPConnection) -> None:
        connection.request("GET", f"/v1/customers/{CUSTOMER}", headers={"Authorization": f"Bearer {self.secret}"})
        answer = connection.getresponse()
        body = json.loads(answer.read())
        self.answers += 1
        if answer.status != http.client.OK:
            self.errors.append(f"status {answer.status}: {body.get('type')}")
            return
        self.seen.add((body["versions"]["bundle"], body["churn"]["probability"]))
        self.latest.append(body["versions"]["bundle"])


def main() -> None:
    """Run both campaigns."""
    options = arguments(__doc__ or "").parse_args()
    with tempfile.TemporaryDirectory() as folder:
        installation = new_installation(Path(folder))
        swaps = swap_campaign(installation, count=max(2, round(SWAPS * options.share)))
        back = rollback_seconds(installation)
        start = start_seconds(installation)
    report(
        [swaps, _within("R3a", "rollback without MLflow", back), _within("R3b", "start from the last good state", start)],
        options.json,
    )


def new_installation(folder: Path) -> Installation:
    """Make an installation with one live state."""
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    engine = open_database(database_url(publisher.home))
    secret = keys.create_key(engine, name="benchmark", scopes=["read"], created_at=0).secret
    engine.dispose()
    installation = Installation(publisher, secret)
    installation.make_live(publisher.store({CUSTOMER: 0.995}), at=0)
    return installation


def swap_campaign(installation: Installation, *, count: int) -> Result:
    """Swap `count` times under load; each answer must be that of exactly one published version."""
    expected = {}
    with service(installation) as port, callers(installation, port) as asking:
        for number in range(1, count + 1):
            live = installation.publisher.store({CUSTOMER: number / 100})
            expected[str(live.bundle)] = number / 100
            installation.make_live(live, at=number)
            _wait_until_settled(asking[0].latest, str(live.bundle))
    seen = {pair for caller in asking for pair in caller.seen if pair[1] != 0.995}
    wrong, errors = seen - set(expected.items()), [error for caller in asking for error in caller.errors]
    answers = sum(caller.answers for caller in asking)
    figure = f"{len(errors)} errors, {len(wrong)} mixed, {len(seen)} of {count} versions seen in {answers:,} answers"
    for error in sorted(set(errors))[:5]:
        print(error)
    holds = not errors and not wrong and len(seen) == count
    return Result(
        "R2", "hot swaps under load", figure, f"{count} swaps, 0 errors, 0 mixed", holds, f"{CALLERS} callers, 2 processes"
    )


def rollback_seconds(installation: Installation) -> float:
    """Return the seconds from giving the command to answers by the earlier version only."""
    with service(installation) as port, callers(installation, port) as asking:
        earlier = installation.publisher.store({CUSTOMER: 0.77})
        for at, live in enumerate((earlier, installation.publisher.store({CUSTOMER: 0.88})), start=1000):
            installation.make_live(live, at=at)
            _wait_until_settled(asking[0].latest, str(live.bundle))
        began = time.perf_counter()
        subprocess.run(_command("rollback", "churn"), env=installation.environment, check=True, stdout=subprocess.DEVNULL)
        _wait_until_settled(asking[0].latest, str(earlier.bundle))
        return time.perf_counter() - began


def start_seconds(installation: Installation) -> float:
    """Return the seconds from the start to the first answer, with the newest predictions damaged on disk."""
    live = installation.publisher.store({CUSTOMER: 0.99})
    installation.make_live(live, at=2000)
    predictions = installation.publisher.home.predictions / str(live.predictions) / "predictions.npy"
    predictions.write_bytes(predictions.read_bytes()[:-3])
    began = time.perf_counter()
    with service(installation):
        return time.perf_counter() - began


@contextmanager
def service(installation: Installation) -> Iterator[int]:
    """Run a service of two processes; give its port once it is ready."""
    command = _command("serve", "--port", "0", "--workers", "2", "--json")
    process = subprocess.Popen(
        command, env=installation.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        told = "".join(iter(process.stdout.readline, "}\n")) + "}" if process.stdout else "{}"
        port = int(json.loads(told)["url"].rpartition(":")[2])
        _wait_until_ready(port)
        yield port
    finally:
        process.terminate()
        process.wait()


@contextmanager
def callers(installation: Installation, port: int) -> Iterator[list[Caller]]:
    """Let callers ask while the block runs."""
    end, latest = threading.Event(), deque[str](maxlen=_SETTLED_ANSWERS)
    asking = [Caller(port, installation.secret, end, latest) for _ in range(CALLERS)]
    threads = [threading.Thread(target=caller.run) for caller in asking]
    for thread in threads:
        thread.start()
    try:
        yield asking
    finally:
        end.set()
        for thread in threads:
            thread.join()


def _wait_until_settled(latest: deque[str], bundle: str) -> None:
    _wait(lambda: len(latest) == _SETTLED_ANSWERS and set(latest.copy()) == {bundle})


def _wait_until_ready(port: int) -> None:
    def is_ready() -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK

    _wait(is_ready)


def _wait(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"it did not come to hold within {_PATIENCE_SECONDS:g} s")
        time.sleep(0.01)


def _within(goal: str, name: str, seconds: float) -> Result:
    return Result(
        goal,
        name,
        f"{seconds:.2f} s",
        f"under {_LIMIT_SECONDS:g} s",
        seconds < _LIMIT_SECONDS,
        "2 processes, MLflow's port closed",
    )


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "lifecycle", *words]


if __name__ == "__main__":
    main()
