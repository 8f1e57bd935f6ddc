"""How does the background work stand: which tasks fail, what waits, whether somebody leads, and who was told of what."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge


class BackgroundSigns:
    """The counters of the tasks, and the gauges of what waits and who leads.

    `deliveries`: by outcome, `delivered`, `again` (it failed, and is tried again) or `dead` (it is given up).
    """

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
        self._alerts = Counter(
            "lifecycle_alerts", "Alerts that were raised, or that ended", ["code", "change"], registry=registry
        )
        self.deliveries = Counter(
            "lifecycle_deliveries", "Attempts to deliver a message to a webhook", ["outcome"], registry=registry
        )
        self.messages = _newest(
            registry, "lifecycle_deliveries_waiting", meaning="Messages to webhooks that are neither delivered nor given up"
        )
        self.messages_age = _newest(
            registry, "lifecycle_deliveries_age_seconds", meaning="Seconds since the oldest of them was written; 0 for none"
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

    def count_alerts(self, changes: Mapping[tuple[str, str], int]) -> None:
        """Count alerts by their code and by what happened, `raised` or `ended`."""
        for (code, change), count in changes.items():
            self._alerts.labels(code, change).inc(count)


def _newest(registry: CollectorRegistry, name: str, *, meaning: str) -> Gauge:
    """Make a gauge that every process reads from the database before it answers: the newest reading counts."""
    return Gauge(name, meaning, registry=registry, multiprocess_mode="mostrecent")
