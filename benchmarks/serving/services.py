"""Which services are measured: ours as an operator starts it, and a bare FastAPI route under the same web server."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.asking import lifecycle
from features.home import Home
from serving.database import database_url, open_database
from serving.database.keys import create_key

_ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_SECONDS = 120.0
_BARE = """
from fastapi import FastAPI
app = FastAPI()
@app.get("/bare/{customer_id}")
async def bare(customer_id: str) -> dict:
    return {"customer_id": customer_id, "probability": 0.25, "horizon_days": 90, "band": "low"}
"""


@dataclass(frozen=True)
class Running:
    """A service that answers: its port, the process that started it, and the seconds from its start to its first readiness."""

    port: int
    process: int
    seconds: float


def key_of(home: Home) -> str:
    """Make a key for reading that no limit of requests stops."""
    engine = open_database(database_url(home))
    made = create_key(engine, name="benchmark", scopes=["read"], created_at=time.time_ns() // 1000)
    engine.dispose()
    return made.secret


def environment(home: Home) -> Mapping[str, str]:
    """Return what commands on this installation need."""
    return {
        **os.environ,
        "LIFECYCLE_HOME": str(home.root),
        "LIFECYCLE_REQUESTS_PER_MINUTE": "100000000",
        "PYTHONPATH": str(_ROOT),
    }


@contextmanager
def ours(home: Home, *, workers: int) -> Iterator[Running]:
    """Run our service on SQLite, with its log in a file, and give it once it is ready."""
    command = lifecycle("serve", "--port", "0", "--workers", str(workers), "--json")
    began = time.perf_counter()
    with (home.root.parent / "service.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment(home), stdout=subprocess.PIPE, stderr=log, text=True)
        with process:
            try:
                told = "".join(iter(process.stdout.readline, "}\n")) + "}" if process.stdout else "{}"
                port = int(json.loads(told)["url"].rpartition(":")[2])
                _wait_until(f"http://127.0.0.1:{port}/readyz")
                yield Running(port, process.pid, time.perf_counter() - began)
            finally:
                process.terminate()


@contextmanager
def bare(folder: Path) -> Iterator[Running]:
    """Run the bare route in one process."""
    (folder / "bare_route.py").write_text(_BARE)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["-m", "uvicorn", "bare_route:app", "--port", str(port), "--log-level", "error", "--no-access-log"]
    began = time.perf_counter()
    with subprocess.Popen([sys.executable, *words], cwd=folder) as process:
        try:
            _wait_until(f"http://127.0.0.1:{port}/bare/c1")
            yield Running(port, process.pid, time.perf_counter() - began)
        finally:
            process.terminate()


def _wait_until(url: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 (a URL of ours)
                return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError(f"{url} did not answer within {_PATIENCE_SECONDS:g} s")
