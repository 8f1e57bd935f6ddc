"""The calls by which others tell us, and ask to be told: events, alerts, webhooks."""

from __future__ import annotations

from serving.api import events
from serving.api.calls.declared import BODY, QUESTION, DeclaredCall
from serving.api.notices import alerts, deliveries, webhooks
from serving.notices import schemas as notice_schemas
from serving.telling import schemas as event_schemas

_RECORDED = (*QUESTION, 404, 409)

TELLING: tuple[DeclaredCall, ...] = (
    DeclaredCall(
        "POST",
        events.EVENTS,
        events.create_events,
        "createEvents",
        event_schemas.EventsSchema,
        (*QUESTION, *BODY, 409),
        is_repeatable=True,
        said=event_schemas.events_body(),
    ),
    DeclaredCall("GET", alerts.ALERTS, alerts.get_alerts, "getAlerts", notice_schemas.AlertsSchema, QUESTION),
    DeclaredCall(
        "POST",
        webhooks.WEBHOOKS,
        webhooks.create_webhook,
        "createWebhook",
        notice_schemas.WebhookSchema,
        (*QUESTION, *BODY, 409),
        is_repeatable=True,
    ),
    DeclaredCall("GET", webhooks.WEBHOOKS, webhooks.get_webhooks, "getWebhooks", notice_schemas.WebhooksSchema, QUESTION),
    DeclaredCall(
        "DELETE",
        webhooks.WEBHOOK,
        webhooks.delete_webhook,
        "deleteWebhook",
        notice_schemas.EndedWebhookSchema,
        (*QUESTION, 404),
    ),
    DeclaredCall(
        "POST",
        webhooks.SECRET,
        webhooks.create_webhook_secret,
        "createWebhookSecret",
        notice_schemas.WebhookSchema,
        _RECORDED,
        is_repeatable=True,
    ),
    DeclaredCall(
        "POST",
        deliveries.TESTS,
        deliveries.create_webhook_test,
        "createWebhookTest",
        notice_schemas.DeliverySchema,
        _RECORDED,
        is_repeatable=True,
    ),
    DeclaredCall(
        "GET",
        deliveries.DELIVERIES,
        deliveries.get_webhook_deliveries,
        "getWebhookDeliveries",
        notice_schemas.DeliveriesSchema,
        (*QUESTION, 404),
    ),
    DeclaredCall(
        "POST",
        deliveries.DELIVERY,
        deliveries.create_webhook_delivery,
        "createWebhookDelivery",
        notice_schemas.DeliverySchema,
        _RECORDED,
        is_repeatable=True,
    ),
)
