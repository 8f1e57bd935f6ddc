"""How far has each message come: waiting for its next attempt, delivered, or given up; nothing is lost between attempts.

A message is sent first and marked afterwards: killed in between, it is sent again, with the id it had.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, delete, func, select, update

from features.errors import NotFound
from features.times import Timestamp
from serving.database.inbox import Backlog
from serving.database.tables import deliveries
from serving.door.problems import ForCallers


class UnknownDelivery(ForCallers, NotFound):
    """The webhook has no message of this id."""

    problem = "unknown-delivery"


@dataclass(frozen=True)
class Delivery:
    """One message to one address, and what came of it so far."""

    sequence: int
    id: str
    type: str
    body: bytes
    attempts: int
    created_at: Timestamp
    next_at: Timestamp | None
    delivered_at: Timestamp | None
    dead_at: Timestamp | None
    last_status: int | None
    last_fault: str | None


@dataclass(frozen=True)
class DeliveryPage:
    """Which messages of a webhook are asked for: those after a sequence, given up only where `dead`."""

    webhook_id: str
    after: int
    limit: int
    dead: bool = False


@dataclass(frozen=True)
class Mark:
    """What an attempt came to: when to try again (None: never), whether it was delivered, and what was wrong where it was not."""

    next_at: Timestamp | None
    delivered: bool
    status: int | None = None
    fault: str | None = None

    @property
    def outcome(self) -> Literal["delivered", "again", "dead"]:
        """Return what becomes of the message."""
        if self.delivered:
            return "delivered"
        return "dead" if self.next_at is None else "again"


def due_deliveries(connection: Connection, webhook_id: str, *, now: Timestamp, limit: int) -> list[Delivery]:
    """Return what is due for one webhook, the oldest message first."""
    due = and_(deliveries.c.webhook_id == webhook_id, deliveries.c.next_at <= now)
    return [
        _delivery(row) for row in connection.execute(select(deliveries).where(due).order_by(deliveries.c.sequence).limit(limit))
    ]


def waiting_deliveries(connection: Connection) -> Backlog:
    """Return how many messages wait to be sent, or sent again, and when the oldest was written."""
    count = select(func.count(), func.min(deliveries.c.created_at)).where(deliveries.c.next_at.is_not(None))
    return Backlog(*connection.execute(count).one())


def mark_delivery(connection: Connection, delivery: Delivery, mark: Mark, *, now: Timestamp) -> None:
    """Keep what an attempt came to; a message that was erased, or given up, meanwhile stays so."""
    waits = and_(deliveries.c.id == delivery.id, deliveries.c.next_at.is_not(None))
    came_to = {
        "attempts": delivery.attempts + 1,
        "next_at": mark.next_at,
        "delivered_at": now if mark.delivered else None,
        "dead_at": now if mark.outcome == "dead" else None,
        "last_status": mark.status,
        "last_fault": mark.fault,
    }
    connection.execute(update(deliveries).where(waits).values(came_to))


def send_again(connection: Connection, webhook_id: str, delivery_id: str, *, now: Timestamp) -> Delivery:
    """Let a message be sent at once, with all its attempts before it; return it as it stands then.

    Raises
    ------
    UnknownDelivery
        If the webhook has no message of this id.
    """
    mine = and_(deliveries.c.webhook_id == webhook_id, deliveries.c.id == delivery_id)
    connection.execute(update(deliveries).where(mine).values(next_at=now, attempts=0, dead_at=None, delivered_at=None))
    row = connection.execute(select(deliveries).where(mine)).one_or_none()
    if row is None:
        raise UnknownDelivery("No message to this webhook has this id; `GET /v1/webhooks/{webhook_id}/deliveries` lists them.")
    return _delivery(row)


def listed_deliveries(connection: Connection, page: DeliveryPage) -> list[Delivery]:
    """Return the messages asked for, the oldest first."""
    wanted = and_(deliveries.c.webhook_id == page.webhook_id, deliveries.c.sequence > page.after)
    if page.dead:
        wanted = and_(wanted, deliveries.c.dead_at.is_not(None))
    return [
        _delivery(row)
        for row in connection.execute(select(deliveries).where(wanted).order_by(deliveries.c.sequence).limit(page.limit))
    ]


def erase_deliveries(connection: Connection, customer_id: str) -> int:
    """Delete every message about a customer, sent or not, and return how many there were."""
    return connection.execute(delete(deliveries).where(deliveries.c.customer_id == customer_id)).rowcount


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(**{name: getattr(row, name) for name in Delivery.__dataclass_fields__})
