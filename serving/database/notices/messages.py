"""What is told to whoever subscribed: one message to each webhook that wants its type, written with what it tells of.

A message is a CloudEvent 1.0 as JSON, complete when it is stored: sent again, it is the same to the byte, with the same id.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import msgspec
from sqlalchemy import Connection, select

from features.times import Timestamp, format_time
from serving.database.tables import deliveries, webhooks

MessageType: TypeAlias = Literal[
    "lifecycle.alert.raised.v1",
    "lifecycle.alert.ended.v1",
    "lifecycle.live.changed.v1",
    "lifecycle.batch.finished.v1",
    "lifecycle.webhook.test.v1",
]
MESSAGE_TYPES: tuple[MessageType, ...] = get_args(MessageType)
TEST: MessageType = "lifecycle.webhook.test.v1"
SOURCE = "urn:lifecycle"
"""Who speaks, in every message."""


@dataclass(frozen=True)
class Message:
    """What happened, to whom (None: to nobody in particular), with its figures; `data` is plain JSON without null."""

    type: MessageType
    customer_id: str | None
    data: Mapping[str, Any]
    at: Timestamp


def announce(connection: Connection, *messages: Message) -> int:
    """Leave messages for every webhook that wants their types, in the caller's transaction; return how many there are to send.

    Whoever subscribed later than `at` is not told.
    """
    wanting = [(row.id, frozenset(row.types.split()), row.created_at) for row in connection.execute(_STANDING)]
    rows = [
        _row(webhook_id, message)
        for message in messages
        for webhook_id, types, since in wanting
        if message.type in types and message.at >= since
    ]
    if rows:
        connection.execute(deliveries.insert(), rows)
    return len(rows)


def leave_for(connection: Connection, webhook_id: str, message: Message) -> str:
    """Leave a message for one webhook, whatever it wants; return the message's id."""
    row = _row(webhook_id, message)
    connection.execute(deliveries.insert(), row)
    return str(row["id"])


_STANDING = select(webhooks.c.id, webhooks.c.types, webhooks.c.created_at).where(webhooks.c.ended_at.is_(None))


def _row(webhook_id: str, message: Message) -> dict[str, Any]:
    message_id = f"msg_{secrets.token_hex(12)}"
    return {
        "id": message_id,
        "webhook_id": webhook_id,
        "customer_id": message.customer_id,
        "type": message.type,
        "body": _cloud_event(message_id, message),
        "created_at": message.at,
        "next_at": message.at,
        "attempts": 0,
    }


def _cloud_event(message_id: str, message: Message) -> bytes:
    """Return the message in CloudEvents' structured JSON form."""
    about = {} if message.customer_id is None else {"subject": message.customer_id}
    event = {
        "specversion": "1.0",
        "id": message_id,
        "source": SOURCE,
        "type": message.type,
        "time": format_time(message.at),
        **about,
        "datacontenttype": "application/json",
        "data": message.data,
    }
    return msgspec.json.encode(event)
