"""P6: decisions over 20 offers, each durably stored before it is answered, beside a bare FastAPI route and one commit.

The service runs as an operator runs it (`lifecycle serve --workers 2`, SQLite, every commit synced), the bare route under the
same server with as many processes. A process of its own asks, on plain sockets. Each customer is asked about once, so that every
answer is a new decision. Rounds of both are taken in turns.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.asking import service
from benchmarks.callers import Plan, Seen, asked_by_others
from benchmarks.deciding_states import company_with, decidable
from benchmarks.goals import Result, arguments, report
from benchmarks.live_states import Publisher
from features.home import Home
from features.times import Timestamp
from serving.database import database_url, open_database
from serving.database.keys import create_key, limit_requests

OFFERS = 20
CLIENTS = 16
_GOAL_RATE, _GOAL_RATIO = 500, 3.0
_BARE = """
import sys
from fastapi import FastAPI
app = FastAPI()
@app.post("/bare/{customer_id}")
async def bare(customer_id: str, body: dict) -> dict:
    return {"customer_id": customer_id, "action": "nothing", "offers": []}
"""


@dataclass(frozen=True)
class Round:
    """One round: the decisions and the bare route, at all clients and at one, and one commit."""

    decisions: Seen
    bare: Seen
    alone: Seen
    bare_alone: Seen
    commit_ms: float

    @property
    def ratio(self) -> float:
        """Return how much longer a decision takes than the bare route and a commit, at one client."""
        return self.alone.p50_ms / (self.bare_alone.p50_ms + self.commit_ms)

    @property
    def crowded_ratio(self) -> float:
        """Return the same at all clients."""
        return self.decisions.p50_ms / (self.bare.p50_ms + self.commit_ms)


def main() -> None:
    """Measure and report."""
    options = arguments(__doc__ or "").parse_args()
    count = max(200, round(4_000 * options.share))
    with tempfile.TemporaryDirectory() as folder:
        rounds = measured(Path(folder), rounds=3, count=count)
    report(results(rounds, count), options.json)


def results(rounds: list[Round], count: int) -> list[Result]:
    """Return the line of the goal."""
    rate, ratio = (
        statistics.median(each) for each in zip(*((one.decisions.per_second, one.ratio) for one in rounds), strict=True)
    )
    middle = sorted(rounds, key=lambda one: one.ratio)[len(rounds) // 2]
    figure = (
        f"{rate:.0f}/s at {CLIENTS} clients; p50 {middle.alone.p50_ms:.1f} ms = {ratio:.1f}x "
        f"({middle.bare_alone.p50_ms:.1f} ms bare + {middle.commit_ms:.1f} ms commit); "
        f"at {CLIENTS} clients p50 {middle.decisions.p50_ms:.1f} ms = {middle.crowded_ratio:.1f}x"
    )
    holds = rate >= _GOAL_RATE and ratio <= _GOAL_RATIO and not any(one.decisions.refused for one in rounds)
    goal = f">= {_GOAL_RATE}/s, p50 <= {_GOAL_RATIO:g}x"
    return [
        Result("P6", f"decisions over {OFFERS} offers, stored", figure, goal, holds, f"{count} customers, 3 rounds, 2 workers")
    ]


def measured(folder: Path, *, rounds: int, count: int) -> list[Round]:
    """Run the service and the bare route side by side and ask both in turns."""
    home, secret = decidable_installation(folder, customers=rounds * 2 * count)
    with service(environment_of(home)) as port, _bare(folder) as bare_port:
        both = _Services(port, bare_port, secret, folder)
        return [_round(both, first=number * 2 * count, count=count) for number in range(rounds)]


@dataclass(frozen=True)
class _Services:
    """The service and the bare route by their ports, the key of the one, and a folder for the commits."""

    port: int
    bare_port: int
    secret: str
    folder: Path


def _round(services: _Services, *, first: int, count: int) -> Round:
    port, bare_port, secret = services.port, services.bare_port, services.secret
    paths = [f"/v1/customers/c{number}/decisions" for number in range(first, first + 2 * count)]
    bare = [f"/bare/c{number}" for number in range(count)]
    few = max(100, count // 8)
    return Round(
        asked_by_others(Plan(port, paths[:count], CLIENTS, secret, '{"agent_id":"agent-1"}')),
        asked_by_others(Plan(bare_port, bare, CLIENTS, "", "{}")),
        asked_by_others(Plan(port, paths[count : count + few], 1, secret, '{"agent_id":"agent-1"}')),
        asked_by_others(Plan(bare_port, bare[:few], 1, "", "{}")),
        _commit_ms(services.folder / "one_commit.db"),
    )


def _commit_ms(path: Path) -> float:
    """Return the median of a durable commit of one row as long as a decision."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE IF NOT EXISTS kept (document BLOB)")
    took = []
    for _ in range(50):
        begun = time.perf_counter()
        connection.execute("INSERT INTO kept VALUES (?)", (bytes(8_000),))
        took.append(time.perf_counter() - begun)
    connection.close()
    return 1000 * statistics.median(took)


def decidable_installation(folder: Path, *, customers: int, requests_per_minute: int | None = None) -> tuple[Home, str]:
    """Make an installation where decisions over so many offers can be made; return it and the secret of a key for them."""
    publisher, now = Publisher(Home(folder / "home"), folder / "signing.key"), _now()
    chances = dict.fromkeys((f"c{number}" for number in range(customers)), 0.2)
    text = company_with(OFFERS)
    publisher.point_to(publisher.store(chances, as_of=now, company_text=text, beside=decidable()))
    engine = open_database(database_url(publisher.home))
    made = create_key(engine, name="bench", scopes=["decide"], created_at=now)
    limit_requests(engine, made.id, requests_per_minute=requests_per_minute)
    engine.dispose()
    return publisher.home, made.secret


def environment_of(home: Home) -> dict[str, str]:
    """Return what a service of this installation is started with."""
    return {**os.environ, "LIFECYCLE_HOME": str(home.root), "PYTHONPATH": str(Path(__file__).resolve().parents[1])}


@contextmanager
def _bare(folder: Path) -> Iterator[int]:
    import socket

    (folder / "bare_route.py").write_text(_BARE)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["-m", "uvicorn", "bare_route:app", "--port", str(port), "--workers", "2", "--log-level", "error"]
    with subprocess.Popen([sys.executable, *words], cwd=folder) as process:
        try:
            _wait(port)
            yield port
        finally:
            process.terminate()


def _wait(port: int) -> None:
    import socket

    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            time.sleep(1.0)  # the second process
            return
    raise TimeoutError("the bare route did not come up")


def _now() -> Timestamp:
    return time.time_ns() // 1000


if __name__ == "__main__":
    main()
