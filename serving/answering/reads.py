"""Who looked at whom: one audit entry for each customer a call answered about, or refused; left to the batching audit log."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from features.subjects import subject_names
from features.times import Timestamp
from serving.database.audit import AuditEntry, AuditLog
from serving.database.keys import Scope
from serving.door.exchange import Exchange


class ReadRecord:
    """Leaves entries in the audit; `secret` is the installation's, so that no entry holds a customer's id."""

    def __init__(self, audit: AuditLog, secret: bytes, clock: Callable[[], Timestamp]) -> None:
        self._audit = audit
        self._clock = clock
        self._subject = subject_names(secret)

    def note(
        self, exchange: Exchange, customer_ids: Sequence[str], *, route: str, status: int = 200, scope: Scope = "read"
    ) -> None:
        """Leave one entry for each customer asked about."""
        self.leave([self.entry(exchange, customer_id, route=route, status=status, scope=scope) for customer_id in customer_ids])

    def leave(self, entries: Sequence[AuditEntry]) -> None:
        """Leave entries to be written a moment later."""
        self._audit.record(entries)

    def entry(
        self, exchange: Exchange, customer_id: str | None, *, route: str, status: int = 200, scope: Scope = "read"
    ) -> AuditEntry:
        """Return one entry, for a call that writes it in a transaction of its own; without a customer where none is known."""
        about = None if customer_id is None else self.subject(customer_id)
        return AuditEntry(self._clock(), exchange.request_id, exchange.key_id, scope, route, about, status)

    def subject(self, customer_id: str) -> str:
        """Return the name a customer has in the audit."""
        return self._subject(customer_id)

    @property
    def unwritten(self) -> int:
        """Return how many entries could not be written since the start."""
        return self._audit.unwritten

    def flush(self) -> bool:
        """Wait until every entry left so far is written; False if that took too long."""
        return self._audit.flush()

    def close(self) -> None:
        """Write what waits."""
        self._audit.close()
