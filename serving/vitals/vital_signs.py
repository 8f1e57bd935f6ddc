"""How does a process stand: from which versions it answers, whether its database does, whether its audit is whole."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Gauge

_SHOWN = 12


class VitalSigns:
    """The gauges of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._versions = Gauge(
            "lifecycle_live_versions",
            "1 for the versions in service, 0 for those before",
            ["bundle", "snapshot", "company"],
            registry=registry,
            multiprocess_mode="livemax",
        )
        self._database_up = Gauge(
            "lifecycle_database_up",
            "0 while a process has no answer from the operational database",
            registry=registry,
            multiprocess_mode="livemin",
        )
        self._database_up.set(1.0)  # the background process never shows it, and the least of all processes is what counts
        self._audit_unwritten = Gauge(
            "lifecycle_audit_unwritten",
            "Entries of the audit that could not be written since the processes began; anything but 0 is a fault",
            registry=registry,
            multiprocess_mode="livesum",
        )

    def show_versions(self, before: Sequence[str] | None, now: Sequence[str]) -> None:
        """Show from which bundle, snapshot and company file answers come now, and no longer."""
        for versions, serves in ((before, 0.0), (now, 1.0)):
            if versions is not None:
                self._versions.labels(*(name[:_SHOWN] for name in versions)).set(serves)

    def show_database(self, *, is_well: bool, audit_unwritten: int) -> None:
        """Show whether the database answers, and how many entries of the audit were given up."""
        self._database_up.set(float(is_well))
        self._audit_unwritten.set(audit_unwritten)
