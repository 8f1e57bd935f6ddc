"""Who looked at whom: one audit entry for each customer a read answered about, left to the batching audit log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from features.times import Timestamp
from serving.database.audit import AuditEntry, AuditLog
from serving.database.subjects import subject
from serving.door.exchange import Exchange


class ReadRecord:
    """Leaves entries in the audit; `secret` is the installation's, so that no entry holds a customer's id."""

    def __init__(self, audit: AuditLog, secret: bytes, clock: Callable[[], Timestamp]) -> None:
        self._audit = audit
        self._clock = clock
        self._subject = partial(subject, secret)

    def note(self, exchange: Exchange, customer_ids: Sequence[str], *, route: str, status: int = 200) -> None:
        """Leave one entry for each customer asked about."""
        at = self._clock()
        self._audit.record(
            [
                AuditEntry(at, exchange.request_id, exchange.key_id, "read", route, self._subject(customer_id), status)
                for customer_id in customer_ids
            ]
        )

    def flush(self) -> bool:
        """Wait until every entry left so far is written; False if that took too long."""
        return self._audit.flush()

    def close(self) -> None:
        """Write what waits."""
        self._audit.close()
