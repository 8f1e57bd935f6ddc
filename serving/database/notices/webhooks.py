"""Who wants to be told of what: addresses and the types of messages each wants, until it is ended."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select, update

from features.errors import Conflict, NotFound
from features.times import Timestamp
from serving.database.tables import deliveries, webhooks

MOST = 100
"""So many webhooks may stand at once."""


class UnknownWebhook(NotFound):
    """No webhook that stands has this id."""

    problem = "unknown-webhook"


class TooManyWebhooks(Conflict):
    """As many webhooks stand as may."""

    problem = "too-many-webhooks"


@dataclass(frozen=True)
class Webhook:
    """One address that wants to be told; `rotated_at` is when its secret was last replaced."""

    id: str
    url: str
    types: tuple[str, ...]
    secret_version: int
    rotated_at: Timestamp | None
    created_at: Timestamp


def add_webhook(connection: Connection, url: str, *, types: Collection[str], key_id: str, now: Timestamp) -> Webhook:
    """Keep a new webhook.

    Raises
    ------
    TooManyWebhooks
        If `MOST` stand already.
    """
    if (connection.scalar(select(func.count()).where(webhooks.c.ended_at.is_(None))) or 0) >= MOST:
        raise TooManyWebhooks(f"needed fewer than {MOST} webhooks that stand, found as many; end one that is not used")
    made = Webhook(f"wh_{secrets.token_hex(12)}", url, tuple(sorted(set(types))), 1, None, now)
    row = {"id": made.id, "url": url, "types": " ".join(made.types), "secret_version": 1, "key_id": key_id, "created_at": now}
    connection.execute(webhooks.insert(), row)
    return made


def webhook_of(connection: Connection, webhook_id: str) -> Webhook:
    """Return a webhook that stands; nobody changes it before the transaction of a writer ends.

    Raises
    ------
    UnknownWebhook
        If none that stands has this id.
    """
    row = connection.execute(select(webhooks).where(_standing(webhook_id))).one_or_none()
    if row is None:
        raise UnknownWebhook("needed the id of a webhook that stands, found none; GET /v1/webhooks lists them")
    return _webhook(row)


def standing_webhooks(connection: Connection) -> list[Webhook]:
    """Return the webhooks that stand, the oldest first."""
    query = select(webhooks).where(webhooks.c.ended_at.is_(None)).order_by(webhooks.c.created_at, webhooks.c.id)
    return [_webhook(row) for row in connection.execute(query)]


def rotate_webhook(connection: Connection, webhook_id: str, *, now: Timestamp) -> Webhook:
    """Give a webhook a new secret, and return it as it stands then.

    Raises
    ------
    UnknownWebhook
        If none that stands has this id.
    """
    newer = {"secret_version": webhooks.c.secret_version + 1, "rotated_at": now}
    connection.execute(update(webhooks).where(_standing(webhook_id)).values(newer))
    return webhook_of(connection, webhook_id)


def end_webhook(connection: Connection, webhook_id: str, *, now: Timestamp) -> bool:
    """End a webhook and give up what waits for it; whether one stood."""
    ended = connection.execute(update(webhooks).where(_standing(webhook_id)).values(ended_at=now)).rowcount == 1
    waiting = and_(deliveries.c.webhook_id == webhook_id, deliveries.c.next_at.is_not(None))
    connection.execute(update(deliveries).where(waiting).values(next_at=None, dead_at=now, last_fault="the webhook ended"))
    return ended


def _standing(webhook_id: str) -> Any:
    return and_(webhooks.c.id == webhook_id, webhooks.c.ended_at.is_(None))


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(row.id, row.url, tuple(row.types.split()), row.secret_version, row.rotated_at, row.created_at)
