"""Real processes on a real port: these take seconds, so one service is shared where it can be."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.live_states import Publisher
from features.home import Home
from serving.database import database_url, keys, open_database
from serving.live.shelf import LiveShelf
from serving.server import PortInUse, address, listen

SERVE = """
import sys
from pathlib import Path
from features.home import Home
from serving.server import address, listen, serve
from serving.settings import ServiceSettings
listener = listen("127.0.0.1", 0)
print(address(listener), flush=True)
settings = ServiceSettings(Home(Path(sys.argv[1])), drain_seconds=float(sys.argv[3]), logs_requests=True)
serve(settings, listener, workers=int(sys.argv[2]), has_background=False)
"""


@dataclass
class Running:
    """A service of two workers, and a key to it."""

    process: subprocess.Popen[str]
    url: str
    key: str
    log: Path

    def ask(self, path: str = "/v1/customers/c1"):
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self.key}"})  # noqa: S310 (our own URL)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 (our own URL)
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def alive(self) -> set[int]:
        """Return the workers that have answered since the start: each says its number in the log when it begins."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return {line["pid"] for line in lines if line["event"] == "serving"} & self.workers()

    def workers(self) -> set[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return {int(child) for child in path.read_text().split()}


class Starter:
    """Starts services on one installation, and ends whatever is left of them."""

    def __init__(self, folder: Path) -> None:
        self.publisher = Publisher(Home(folder / "home"), folder / "signing.key")
        self.publisher.publish({"c1": 0.3})
        LiveShelf(self.publisher.home).newest()  # remembered as tried, so the processes need no trial
        engine = open_database(database_url(self.publisher.home))
        self.key = keys.create_key(engine, name="t", scopes=["read"], created_at=0).secret
        engine.dispose()
        self.folder = folder
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *, workers: int, drain_seconds: float) -> Running:
        log = self.folder / f"log-{len(self.started)}"
        with log.open("w") as said:
            command = [sys.executable, "-c", SERVE, str(self.publisher.home.root), str(workers), str(drain_seconds)]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True)
        self.started.append(process)
        running = Running(process, process.stdout.readline().strip(), self.key, log)
        until(lambda: len(running.alive()) == workers)
        return running

    def end(self) -> None:
        for process in self.started:
            process.kill()
            process.wait()
            process.stdout.close()


@pytest.fixture(scope="module")
def starter(tmp_path_factory):
    starter = Starter(tmp_path_factory.mktemp("server"))
    yield starter
    starter.end()


@pytest.fixture(scope="module")
def running(starter):
    return starter.start(workers=2, drain_seconds=0.2)


def until(holds, seconds=40.0):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold in time"
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_a_port_that_is_taken_is_named():
    with listen("127.0.0.1", 0) as first, pytest.raises(PortInUse, match=str(first.getsockname()[1])):
        listen("127.0.0.1", first.getsockname()[1])


def test_a_free_port_is_taken_where_none_is_asked_for():
    with listen("127.0.0.1", 0) as first, listen("127.0.0.1", 0) as second:
        assert address(first) != address(second)


def test_the_log_has_one_line_a_request_with_no_path_and_no_customer(running):
    running.ask("/v1/customers/jane-doe-canary")
    running.ask("/elsewhere/jane-doe-canary")

    def routes():
        lines = [json.loads(line) for line in running.log.read_text().splitlines()]
        return {line["route"] for line in lines if line["event"] == "request"}

    until(lambda: routes() >= {"/v1/customers/{customer_id}", "unmatched"})
    assert "canary" not in running.log.read_text()


def test_a_worker_that_dies_is_replaced_and_its_requests_stay_counted(running):
    def counted():
        found = re.search(r'requests_total{.*customer_id.*status="200"} (\d+)', running.ask("/metrics")[1])
        return int(found[1]) if found else 0

    for _ in range(10):
        assert running.ask()[0] == 200
    until(lambda: counted() >= 10)  # a request is counted once its answer is sent

    victim = min(running.alive())
    os.kill(victim, signal.SIGKILL)
    until(lambda: len(running.alive() - {victim}) == 2)

    assert counted() >= 10


def test_sigterm_drops_no_request_and_leaves_nobody_behind(starter):
    running = starter.start(workers=2, drain_seconds=4)
    workers, statuses, end = running.workers(), [], threading.Event()

    def ask():
        while not end.is_set():
            statuses.append(running.ask()[0])

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for thread in asking:
        thread.start()
    until(lambda: len(statuses) > 50)
    running.process.send_signal(signal.SIGTERM)
    until(lambda: running.ask("/readyz")[0] == 503)
    end.set()  # as a balancer does that reads /readyz
    for thread in asking:
        thread.join()

    assert running.process.wait(30) == 0
    assert set(statuses) == {200}
    assert not any(map(is_running, workers))


def test_workers_end_when_their_parent_is_killed(starter):
    running = starter.start(workers=1, drain_seconds=60)
    workers = running.workers()

    running.process.kill()
    until(lambda: not any(map(is_running, workers)))

    assert len(workers) == 1


def test_ctrl_c_in_a_terminal_drains_a_second_one_ends_and_half_a_request_holds_up_neither(starter):
    running = starter.start(workers=1, drain_seconds=60)
    workers = running.workers()
    host, port = running.url.removeprefix("http://").split(":")

    with socket.create_connection((host, int(port))) as slow:
        slow.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n")
        for pid in (running.process.pid, *workers):  # a terminal sends it to each
            os.kill(pid, signal.SIGINT)
        until(lambda: running.ask("/readyz")[0] == 503)
        running.process.send_signal(signal.SIGINT)

        assert running.process.wait(40) == 0
    assert not any(map(is_running, workers))
