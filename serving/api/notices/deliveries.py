"""How do messages to a webhook get on: trying one out, seeing what was given up, and sending it again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
from msgspec import UNSET
from sqlalchemy import Connection
from starlette.responses import Response

from serving.api.repeats import once, sent
from serving.database import reading
from serving.database.audit import record_in
from serving.database.idempotency import StoredAnswer
from serving.database.notices.deliveries import Delivery, DeliveryPage, listed_deliveries, send_again
from serving.database.notices.messages import TEST, Message, leave_for
from serving.database.notices.webhooks import hold_webhook, webhook_of
from serving.door.access import ADMIN, access
from serving.door.media import JSON
from serving.door.route import Call
from serving.notices.answers import DeliveriesAnswer, delivery_answer
from serving.notices.schemas import CursorQuery, DeadQuery, DeliveryId, LimitQuery, WebhookId

TESTS = "/v1/webhooks/{webhook_id}/test"
DELIVERIES = "/v1/webhooks/{webhook_id}/deliveries"
DELIVERY = "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}"


@access(ADMIN)
async def create_webhook_test(call: Call, webhook_id: WebhookId) -> Response:
    """Leave a message of the type `lifecycle.webhook.test.v1` to be sent to this webhook within seconds."""
    now = call.service.clock()

    def leave(connection: Connection) -> Delivery:
        webhook = hold_webhook(connection, webhook_id)
        message_id = leave_for(connection, webhook_id, Message(TEST, None, {"webhook_id": webhook.id}, now))
        return send_again(connection, webhook_id, message_id, now=now)

    return sent(await asyncio.to_thread(_changed, call, TESTS, leave))


@access(ADMIN)
async def create_webhook_delivery(call: Call, webhook_id: WebhookId, delivery_id: DeliveryId) -> Response:
    """Send a message again, given up or not: at once, under the id it had, with all its attempts before it."""
    now = call.service.clock()

    def again(connection: Connection) -> Delivery:
        hold_webhook(connection, webhook_id)
        return send_again(connection, webhook_id, delivery_id, now=now)

    return sent(await asyncio.to_thread(_changed, call, DELIVERY, again))


@access(ADMIN)
async def get_webhook_deliveries(
    call: Call, webhook_id: WebhookId, *, dead: DeadQuery = False, cursor: CursorQuery = "0", limit: LimitQuery = 100
) -> Response:
    """List the messages to a webhook, the oldest first: how far each has come, and what went wrong; not what they say."""

    def listed() -> list[Delivery]:
        with reading(call.service.engine) as connection:
            webhook_of(connection, webhook_id)
            return listed_deliveries(connection, DeliveryPage(webhook_id, int(cursor), limit, dead))

    found = await asyncio.to_thread(listed)
    last = str(found[-1].sequence) if found else UNSET
    answer = DeliveriesAnswer([delivery_answer(each) for each in found], call.exchange.request_id, last)
    return Response(msgspec.json.encode(answer), media_type=JSON)


def _changed(call: Call, route: str, change: Callable[[Connection], Delivery]) -> StoredAnswer:
    def change_it(connection: Connection) -> StoredAnswer:
        answer = delivery_answer(change(connection), request_id=call.exchange.request_id)
        record_in(connection, [call.service.reads.entry(call.exchange, None, route=route, scope="admin")])
        return StoredAnswer(200, JSON, msgspec.json.encode(answer))

    return once(call, route, change_it)
