"""How does the background process stand: which tasks fail, what waits to be moved into the log, and whether somebody leads."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge


class BackgroundSigns:
    """The counters of the tasks, and the gauges of what waits and who leads."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.task_failures = Counter(
            "lifecycle_task_failures", "Failed portions of the background work", ["task"], registry=registry
        )
        self.task_success = Gauge(
            "lifecycle_task_success_seconds",
            "Moment a task of the background work last did its portion, Unix seconds",
            ["task"],
            registry=registry,
            multiprocess_mode="max",
        )
        self.inbox_rows = _newest(
            registry, "lifecycle_inbox_rows", meaning="Acknowledged rows of events that are not in the event log yet"
        )
        self.inbox_age = _newest(
            registry, "lifecycle_inbox_age_seconds", meaning="Seconds since the oldest of them was acknowledged; 0 for none"
        )
        self.lease_epoch = _newest(
            registry, "lifecycle_lease_epoch", meaning="Number of the present term of the background process; 0 before the first"
        )
        self.lease_age = _newest(
            registry, "lifecycle_lease_age_seconds", meaning="Seconds since the leading background process last showed itself"
        )


def _newest(registry: CollectorRegistry, name: str, *, meaning: str) -> Gauge:
    """Make a gauge that every process reads from the database before it answers: the newest reading counts."""
    return Gauge(name, meaning, registry=registry, multiprocess_mode="mostrecent")
