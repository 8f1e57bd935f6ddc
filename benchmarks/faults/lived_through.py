"""What a service did in a trouble: which questions it answered, what it told who told of events, how soon it was well again."""

from __future__ import annotations

import http.client
import json
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.faults.troubles import TABLE, Place, Row
from benchmarks.goals import Result
from benchmarks.ingestion_crashes.installed import seconds_until
from benchmarks.ingestion_crashes.kept import Told, body_of, verdict
from serving.door.problems import MEDIA_TYPE

RECOVERY_SECONDS = 5.0
_TOLD_IN_TROUBLE, _LASTING_SECONDS = 4, 2.0
_REFUSALS = frozenset({503, 507})


@dataclass
class Asker:
    """Asks about a customer without a pause, and counts what was answered."""

    place: Place
    end: threading.Event = field(default_factory=threading.Event)
    statuses: Counter[int] = field(default_factory=Counter)

    def run(self) -> None:
        """Ask until told to end."""
        while not self.end.wait(0.02):
            self.statuses[asked(self.place, "GET", "/v1/customers/c1").status] += 1

    @property
    def failed(self) -> int:
        """Return how many questions were not answered."""
        return self.statuses.total() - self.statuses[http.client.OK]


@dataclass(frozen=True)
class Answered:
    """Status and kind of one answer; status 0 where there was none."""

    status: int
    is_problem: bool


@dataclass(frozen=True)
class Lived:
    """What was seen in one trouble; `acknowledged` before, in and after it."""

    name: str
    row: Row
    asker: Asker
    told: Sequence[Answered]
    recovery_seconds: float
    acknowledged: Sequence[Told]
    refused: Sequence[Told]

    @property
    def result(self) -> Result:
        """Return the line of the goal."""
        statuses = Counter(one.status for one in self.told)
        wanted = _REFUSALS if self.row.refuses else {http.client.OK}
        is_clear = all(one.is_problem for one in self.told if one.status != http.client.OK)
        holds = not self.asker.failed and set(statuses) <= wanted and is_clear and self.recovery_seconds < RECOVERY_SECONDS
        return Result(
            "faults",
            self.name,
            f"{self.asker.failed} of {self.asker.statuses.total()} questions failed; told: {dict(statuses)}; "
            f"taken again after {self.recovery_seconds:.1f} s",
            f"0 failed, told {'503 or 507' if self.row.refuses else '200'}, again within {RECOVERY_SECONDS:g} s, no restart",
            holds,
            "2 workers and the background process on a small disk, MLflow's port closed",
        )


def live_through(place: Place, name: str) -> Lived:
    """Let one trouble come over a service that works, and pass."""
    asker, row = Asker(place), TABLE[name]
    deliveries = [Told(name.replace(" ", "-"), number) for number in range(_TOLD_IN_TROUBLE + 1)]
    thread = threading.Thread(target=asker.run)
    with row.trouble(place):
        thread.start()
        answers = [tell(place, told) for told in deliveries[:-1]]
        time.sleep(_LASTING_SECONDS)
        asker.end.set()
        thread.join()
    began = time.perf_counter()
    seconds_until(lambda: tell(place, deliveries[-1]).status == http.client.OK)
    good = [told for told, answer in zip(deliveries, answers, strict=False) if answer.status == http.client.OK]
    bad = [told for told in deliveries[:-1] if told not in good]
    return Lived(name, row, asker, answers, time.perf_counter() - began, [*good, deliveries[-1]], bad)


def afterwards(place: Place, lived: Sequence[Lived]) -> Result:
    """Return whether the log holds what was acknowledged once and nothing in half, and the database is whole."""
    seconds_until(lambda: place.installation.waiting_rows() == 0)
    acknowledged = [told for each in lived for told in each.acknowledged]
    found = verdict(place.installation.home, acknowledged, open_ends=[told for each in lived for told in each.refused])
    connection = sqlite3.connect(place.installation.home.database)
    (said,) = connection.execute("PRAGMA integrity_check").fetchone()
    connection.close()
    is_whole, figure = found.is_clean and said == "ok", f"{found.text}; database {said}"
    return Result("faults", "what is left of all of it", figure, "nothing lost or in half", is_whole, "the same service")


def tell(place: Place, told: Told) -> Answered:
    """Tell of some events."""
    return asked(place, "POST", "/v1/events", body_of(told))


def asked(place: Place, method: str, path: str, body: bytes | None = None) -> Answered:
    """Ask once, over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", place.running.port, timeout=30)
    headers = {"Authorization": f"Bearer {place.installation.secret}", "Content-Type": "application/json"}
    try:
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        said = json.loads(answer.read())
    except (OSError, http.client.HTTPException):
        return Answered(0, is_problem=False)
    finally:
        connection.close()
    return Answered(answer.status, answer.getheader("content-type") == MEDIA_TYPE and "detail" in said)
