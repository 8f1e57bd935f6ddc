"""Who wants to be called when something happens: subscribing, and giving out secrets that are shown once and stored nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
from sqlalchemy import Connection
from starlette.responses import Response

from features.times import format_time
from serving.api.repeats import once
from serving.database import reading, writing
from serving.database.audit import record_in
from serving.database.idempotency import StoredAnswer
from serving.database.notices.webhooks import (
    Webhook,
    add_webhook,
    end_webhook,
    hold_webhook,
    rotate_webhook,
    standing_webhooks,
)
from serving.door.access import ADMIN, access
from serving.door.media import JSON
from serving.door.problems import FieldError, RequestInvalid
from serving.door.route import Call
from serving.notices.addresses import AddressRefused, destination
from serving.notices.answers import EndedWebhookAnswer, WebhookAnswer, WebhooksAnswer, webhook_answer
from serving.notices.schemas import WebhookId, WebhookRequest
from serving.notices.signing import secret_of

WEBHOOKS = "/v1/webhooks"
WEBHOOK = "/v1/webhooks/{webhook_id}"
SECRET = "/v1/webhooks/{webhook_id}/secret"  # noqa: S105 (a path)


@access(ADMIN)
async def create_webhook(call: Call, body: WebhookRequest) -> Response:
    """Subscribe an address to types of messages; the answer holds the secret that proves them, this once."""
    private = call.service.settings.webhook_private_addresses
    try:
        destination(body.url, private=private)
    except AddressRefused as refusal:
        raise RequestInvalid("A webhook may not lead there.", [FieldError("/url", str(refusal))]) from None
    return await asyncio.to_thread(_with_new_secret, call, WEBHOOKS, lambda connection: _added(call, connection, body))


@access(ADMIN)
async def create_webhook_secret(call: Call, webhook_id: WebhookId) -> Response:
    """Give a webhook a new secret, shown this once; for a day messages are signed with the one before too."""
    now = call.service.clock()
    return await asyncio.to_thread(
        _with_new_secret, call, SECRET, lambda connection: rotate_webhook(connection, webhook_id, now=now)
    )


@access(ADMIN)
async def get_webhooks(call: Call) -> Response:
    """List the webhooks that stand, without their secrets."""

    def listed() -> list[Webhook]:
        with reading(call.service.engine) as connection:
            return standing_webhooks(connection)

    found = [webhook_answer(webhook) for webhook in await asyncio.to_thread(listed)]
    return _json(WebhooksAnswer(found, call.exchange.request_id))


@access(ADMIN)
async def delete_webhook(call: Call, webhook_id: WebhookId) -> Response:
    """End a webhook: nothing is sent there any more, and what waits for it is given up."""
    now = call.service.clock()

    def end() -> None:
        with writing(call.service.engine) as connection:
            hold_webhook(connection, webhook_id)
            end_webhook(connection, webhook_id, now=now)
            record_in(connection, [call.service.reads.entry(call.exchange, None, route=WEBHOOK, scope="admin")])

    await asyncio.to_thread(end)
    return _json(EndedWebhookAnswer(webhook_id, format_time(now), call.exchange.request_id))


def _added(call: Call, connection: Connection, body: WebhookRequest) -> Webhook:
    key_id = call.exchange.key_id or ""
    return add_webhook(connection, body.url, types=body.types, key_id=key_id, now=call.service.clock())


def _with_new_secret(call: Call, route: str, change: Callable[[Connection], Webhook]) -> Response:
    """Change a webhook once, however often it is asked for, and answer with its secret, which is in nothing that is stored."""

    def change_it(connection: Connection) -> StoredAnswer:
        answer = webhook_answer(change(connection), request_id=call.exchange.request_id)
        record_in(connection, [call.service.reads.entry(call.exchange, None, route=route, scope="admin")])
        return StoredAnswer(200, JSON, msgspec.json.encode(answer))

    stored = msgspec.json.decode(once(call, route, change_it).body, type=WebhookAnswer)
    secret = secret_of(call.service.secret, stored.webhook_id, version=stored.secret_version)
    return _json(msgspec.structs.replace(stored, secret=secret))


def _json(answer: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(answer), media_type=JSON)
