"""How do messages reach who subscribed: all webhooks side by side, so that one that hangs holds up no other."""

from __future__ import annotations

import asyncio
import secrets

from features.times import SECOND
from serving.background.office import Office
from serving.database import reading, writing
from serving.database.notices.deliveries import Delivery, Mark, due_deliveries, mark_delivery
from serving.database.notices.webhooks import Webhook, end_webhook, standing_webhooks
from serving.notices.attempts import asked_to_wait, wait_after
from serving.notices.calling import Answered, Caller
from serving.notices.signing import secrets_now, signed_headers

AT_ONCE = 8
"""So many messages are under way to one webhook at a time."""
ROUND = 10 * SECOND
"""A round begins nothing more for a webhook after so long, so that new webhooks are seen."""
_GONE = 410


class DeliveryTask:
    """Sends what is due. A message is marked after it was sent: killed in between, it is sent again under the same id."""

    every_seconds = 1.0

    def __init__(self, office: Office, caller: Caller | None = None) -> None:
        self._office = office
        self._caller = caller or Caller(private=office.settings.webhook_private_addresses)

    def run(self) -> bool:
        """Send what is due to every webhook for a while; whether more is due at once."""
        with reading(self._office.engine) as connection:
            standing = standing_webhooks(connection)
        return asyncio.run(self._round(standing)) if standing else False

    async def _round(self, standing: list[Webhook]) -> bool:
        more = await asyncio.gather(*(self._send_to(webhook) for webhook in standing))
        return any(more)

    async def _send_to(self, webhook: Webhook) -> bool:
        """Send what is due to one webhook until nothing is, something fails, or the round is over; whether more is due."""
        ends = self._office.clock() + ROUND
        while self._office.clock() < ends:
            due = await asyncio.to_thread(self._due, webhook)
            answers = await asyncio.gather(*(self._send(webhook, delivery) for delivery in due))
            await asyncio.to_thread(self._mark, webhook, list(zip(due, answers, strict=True)))
            if len(due) < AT_ONCE or not all(answer.is_taken for answer in answers):
                return False
        return True

    def _due(self, webhook: Webhook) -> list[Delivery]:
        with reading(self._office.engine) as connection:
            return due_deliveries(connection, webhook.id, now=self._office.clock(), limit=AT_ONCE)

    async def _send(self, webhook: Webhook, delivery: Delivery) -> Answered:
        now = self._office.clock()
        proofs = secrets_now(self._office.secret, webhook, now=now)
        headers = signed_headers(proofs, delivery.id, body=delivery.body, now=now)
        return await self._caller.call(webhook.url, delivery.body, headers=headers)

    def _mark(self, webhook: Webhook, sent: list[tuple[Delivery, Answered]]) -> None:
        if not sent:
            return
        now, marks = self._office.clock(), [self._mark_of(*one) for one in sent]
        with writing(self._office.engine) as connection:
            for (delivery, _), mark in zip(sent, marks, strict=True):
                mark_delivery(connection, delivery, mark, now=now)
            if any(answered.status == _GONE for _, answered in sent):
                end_webhook(connection, webhook.id, now=now)
        for mark in marks:
            self._office.metrics.background.deliveries.labels(mark.outcome).inc()
        failed = [answered for _, answered in sent if not answered.is_taken]
        if failed:
            fault = failed[0].fault or f"status {failed[0].status}"
            self._office.log.warning("webhook_failed", webhook=webhook.id, messages=len(failed), fault=fault)

    def _mark_of(self, delivery: Delivery, answered: Answered) -> Mark:
        if answered.is_taken:
            return Mark(None, True, answered.status)
        now, chance = self._office.clock(), secrets.randbelow(1001) / 1000
        wait = None if answered.status == _GONE else wait_after(delivery.attempts + 1, chance=chance)
        fault = answered.fault or f"answered with status {answered.status}"
        next_at = None if wait is None else now + max(wait, asked_to_wait(answered.retry_after, now=now))
        return Mark(next_at, False, answered.status, fault)
