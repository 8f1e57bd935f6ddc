"""What is answered about alerts, webhooks and messages: what is kept of them, in the words of the API."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from features.times import format_time
from serving.answering.moments import moment_or_absent
from serving.database.notices.alerts import AlertRecord
from serving.database.notices.deliveries import Delivery
from serving.database.notices.webhooks import Webhook


class AlertAnswer(Struct, frozen=True, omit_defaults=True):
    """One alert that was raised; `ended_at` is absent while it stands."""

    alert_id: str
    customer_id: str
    code: str
    since: str
    raised_at: str
    text: str
    ended_at: str | UnsetType = UNSET


class AlertsAnswer(Struct, frozen=True, omit_defaults=True):
    """A page of alerts, and where to go on."""

    items: list[AlertAnswer]
    request_id: str
    next_cursor: str | UnsetType = UNSET


class WebhookAnswer(Struct, frozen=True, omit_defaults=True):
    """One webhook; `secret` only where it is new."""

    webhook_id: str
    url: str
    types: list[str]
    created_at: str
    secret_version: int
    secret: str | UnsetType = UNSET
    rotated_at: str | UnsetType = UNSET
    request_id: str | UnsetType = UNSET


class WebhooksAnswer(Struct, frozen=True):
    """Every webhook that stands."""

    items: list[WebhookAnswer]
    request_id: str


class EndedWebhookAnswer(Struct, frozen=True):
    """A webhook that is no more."""

    webhook_id: str
    ended_at: str
    request_id: str


class DeliveryAnswer(Struct, frozen=True, omit_defaults=True):
    """One message, and how far it has come."""

    delivery_id: str
    type: str
    state: str
    attempts: int
    created_at: str
    next_at: str | UnsetType = UNSET
    delivered_at: str | UnsetType = UNSET
    dead_at: str | UnsetType = UNSET
    last_status: int | UnsetType = UNSET
    last_fault: str | UnsetType = UNSET
    request_id: str | UnsetType = UNSET


class DeliveriesAnswer(Struct, frozen=True, omit_defaults=True):
    """A page of messages, and where to go on."""

    items: list[DeliveryAnswer]
    request_id: str
    next_cursor: str | UnsetType = UNSET


def alert_answer(alert: AlertRecord) -> AlertAnswer:
    """Return what is said of one alert."""
    return AlertAnswer(
        alert.id, alert.customer_id, alert.code, format_time(alert.since), format_time(alert.raised_at), alert.text,
        moment_or_absent(alert.ended_at),
    )  # fmt: skip


def webhook_answer(webhook: Webhook, *, secret: str | UnsetType = UNSET, request_id: str | UnsetType = UNSET) -> WebhookAnswer:
    """Return what is said of one webhook."""
    return WebhookAnswer(
        webhook.id, webhook.url, list(webhook.types), format_time(webhook.created_at), webhook.secret_version, secret,
        moment_or_absent(webhook.rotated_at), request_id,
    )  # fmt: skip


def delivery_answer(delivery: Delivery, *, request_id: str | UnsetType = UNSET) -> DeliveryAnswer:
    """Return what is said of one message."""
    state = "waiting" if delivery.next_at is not None else "delivered" if delivery.delivered_at is not None else "dead"
    return DeliveryAnswer(
        delivery_id=delivery.id,
        type=delivery.type,
        state=state,
        attempts=delivery.attempts,
        created_at=format_time(delivery.created_at),
        next_at=moment_or_absent(delivery.next_at),
        delivered_at=moment_or_absent(delivery.delivered_at),
        dead_at=moment_or_absent(delivery.dead_at),
        last_status=UNSET if delivery.last_status is None else delivery.last_status,
        last_fault=delivery.last_fault or UNSET,
        request_id=request_id,
    )
