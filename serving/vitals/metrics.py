"""What does the service count: requests, refusals, swaps and the age of what it answers from, right across processes.

With a shared folder each process keeps its counters in mapped files there, and any of them answers `/metrics` for all.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from serving.vitals.answer_counts import AnswerCounts
from serving.vitals.background_signs import BackgroundSigns
from serving.vitals.counting import Tally, Uncounted
from serving.vitals.vital_signs import VitalSigns

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The counters of one process. `folder` empty: only this process is counted."""

    def __init__(self, folder: str = "") -> None:
        self._folder = folder
        self._answered: Uncounted[tuple[str, str, int]] = Uncounted()
        self._registry = CollectorRegistry()
        self.requests = Counter("lifecycle_requests", "Requests answered", ["route", "method", "status"], registry=self._registry)
        self.seconds = Tally(
            "lifecycle_request_seconds",
            "Seconds from the head of a request to its answer",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.overloads = self._count("lifecycle_overloads", "Requests refused because too many were in hand")
        self.rows_accepted = self._count("lifecycle_event_rows_accepted", "Rows of events taken and kept", "source")
        self.rows_rejected = self._count(
            "lifecycle_event_rows_rejected", "Rows of events refused, by what was wrong first", "type"
        )
        self.background = BackgroundSigns(self._registry)
        self.rate_limited = self._count("lifecycle_rate_limited", "Requests refused because their key had used up its minute")
        self.swaps = self._count("lifecycle_live_swaps", "Live states taken into service")
        self.swap_failures = self._count("lifecycle_live_failures", "Live states refused, with the old one kept")
        self.damaged_rows = self._count(
            "lifecycle_damaged_rows", "Look-ups refused because a stored row was not what was written"
        )
        self.answers = AnswerCounts(self._registry)
        self.signs = VitalSigns(self._registry)
        self.degraded = Gauge(
            "lifecycle_live_degraded",
            "1 while a process does not answer from what the live pointer names",
            registry=self._registry,
            multiprocess_mode="livemax",
        )
        self.as_of = Gauge(
            "lifecycle_live_as_of_seconds",
            "Moment of the predictions in service, Unix seconds",
            registry=self._registry,
            multiprocess_mode="livemin",
        )

    def _count(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, registry=self._registry)

    def observe(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """Leave one answered request to be counted."""
        self._answered.leave((route, method, status), seconds)

    def beat(self, *, is_well: bool, audit_unwritten: int) -> None:
        """Show how the process stands, and count what was left to be counted; done every few seconds."""
        self.signs.show_database(is_well=is_well, audit_unwritten=audit_unwritten)
        self.count_waiting()

    def count_waiting(self) -> None:
        """Count what was left; other processes see it then, two seconds later at most."""
        for (route, method, status), seconds in self._answered.taken().items():
            self.requests.labels(route, method, str(status)).inc(len(seconds))
            self.seconds.labels(route).add(seconds)
        self.answers.count_waiting()

    def page(self) -> bytes:
        """Return everything counted, in Prometheus' text format."""
        self.count_waiting()
        if not self._folder:
            return generate_latest(self._registry)
        everyone = CollectorRegistry()
        MultiProcessCollector(everyone, path=self._folder)  # type: ignore[no-untyped-call]
        return generate_latest(everyone)
