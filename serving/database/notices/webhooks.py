"""Who wants to be told of what: addresses and the types of messages each wants, until it is ended."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select, update

from features.errors import Conflict, NotFound
from features.times import Timestamp
from serving.database.tables import deliveries, webhooks
from serving.door.problems import ForCallers

MOST = 100
"""So many webhooks may stand at once."""


class UnknownWebhook(ForCallers, NotFound):
    """No webhook that stands has this id."""

    problem = "unknown-webhook"


class TooManyWebhooks(ForCallers, Conflict):
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
        raise TooManyWebhooks(f"{MOST} webhooks stand already, which is as many as may; end one that is not used.")
    made = Webhook(f"wh_{secrets.token_hex(12)}", url, tuple(sorted(set(types))), 1, None, now)
    row = {"id": made.id, "url": url, "types": " ".join(made.types), "secret_version": 1, "key_id": key_id, "created_at": now}
    connection.execute(webhooks.insert(), row)
    return made


def webhook_of(connection: Connection, webhook_id: str) -> Webhook:
    """Return a webhook that stands.

    Raises
    ------
    UnknownWebhook
        If none that stands has this id.
    """
    return _found(connection, select(webhooks).where(_standing(webhook_id)))


def hold_webhook(connection: Connection, webhook_id: str) -> Webhook:
    """Return a webhook that stands, and let nobody end or change it before the transaction ends; raising as `webhook_of` does."""
    return _found(connection, select(webhooks).where(_standing(webhook_id)).with_for_update())


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


def end_webhook(connection: Connection, webhook_id: str, *, now: Timestamp) -> None:
    """End a webhook and give up what waits for it; one that has ended stays as it is."""
    connection.execute(update(webhooks).where(_standing(webhook_id)).values(ended_at=now))
    waiting = and_(deliveries.c.webhook_id == webhook_id, deliveries.c.next_at.is_not(None))
    connection.execute(update(deliveries).where(waiting).values(next_at=None, dead_at=now, last_fault="the webhook ended"))


def _standing(webhook_id: str) -> Any:
    return and_(webhooks.c.id == webhook_id, webhooks.c.ended_at.is_(None))


def _found(connection: Connection, query: Select[Any]) -> Webhook:
    row = connection.execute(query).one_or_none()
    if row is None:
        raise UnknownWebhook("No webhook that stands has this id; `GET /v1/webhooks` lists them.")
    return _webhook(row)


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(row.id, row.url, tuple(row.types.split()), row.secret_version, row.rotated_at, row.created_at)
