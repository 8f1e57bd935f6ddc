"""A message reaches its receiver signed, at least once, under one id; one that fails is tried ever later, then given up."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from features.times import DAY, HOUR, SECOND
from serving.background.deliveries import DeliveryTask
from serving.background.standing import tell_metrics
from serving.database import reading, writing
from serving.database.notices.deliveries import erase_deliveries, send_again
from serving.database.notices.messages import Message, announce
from serving.database.notices.webhooks import end_webhook, hold_webhook, rotate_webhook
from serving.database.tables import deliveries, webhooks
from serving.notices.attempts import LONGEST_WAIT, MOST_ATTEMPTS
from serving.notices.calling import Answered
from serving.notices.signing import secret_of, secrets_now, signed_headers

RAISED = "lifecycle.alert.raised.v1"


class Silent:
    """Answers for receivers that are not there; keeps whom it was to call."""

    def __init__(self, *answers: Answered) -> None:
        self.answers, self.called = list(answers), []

    async def call(self, url, body, *, headers):
        self.called.append((url, headers["webhook-id"], body))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def left(desk, customer_id: str | None = "c1", *, count: int = 1) -> None:
    message = Message(RAISED, customer_id, {"code": "usage_falling"}, desk.clock())
    with writing(desk.office.engine) as connection:
        announce(connection, *[message] * count)


def only(desk):
    (row,) = desk.rows(deliveries)
    return row


def ended(desk) -> bool:
    with reading(desk.office.engine) as connection:
        return connection.scalar(select(webhooks.c.ended_at)) is not None


def test_a_receiver_can_prove_a_message_with_the_specifications_own_library(desk, receiver):
    desk.clock.now = time.time_ns() // 1000
    webhook = desk.subscribe(receiver.url)
    left(desk)

    DeliveryTask(desk.office).run()

    (headers, body) = receiver.got[0]
    event = Verifier(secret_of(desk.office.secret, webhook.id, version=1)).verify(body, headers)
    assert (event["specversion"], event["type"], event["subject"]) == ("1.0", RAISED, "c1")
    assert headers["content-type"] == "application/cloudevents+json"
    assert headers["webhook-id"] == event["id"] == only(desk).id
    assert only(desk).delivered_at == desk.clock()


def test_a_message_that_was_changed_on_the_way_proves_nothing(desk, receiver):
    desk.clock.now = time.time_ns() // 1000
    webhook = desk.subscribe(receiver.url)
    left(desk)
    DeliveryTask(desk.office).run()

    (headers, body) = receiver.got[0]
    with pytest.raises(WebhookVerificationError):
        Verifier(secret_of(desk.office.secret, webhook.id, version=1)).verify(body.replace(b"c1", b"c2"), headers)


@pytest.mark.parametrize(("later", "counts"), [(DAY - SECOND, True), (DAY, False)])
def test_for_a_day_after_a_rotation_both_secrets_prove_a_message(desk, later, counts):
    webhook = desk.subscribe()
    with writing(desk.office.engine) as connection:
        rotated = rotate_webhook(connection, webhook.id, now=desk.clock())
    desk.clock.now += later

    headers = signed_headers(secrets_now(desk.office.secret, rotated, now=desk.clock()), "msg_1", body=b"{}", now=desk.clock())

    assert len(headers["webhook-signature"].split()) == (2 if counts else 1)


def test_killed_between_sending_and_marking_it_is_sent_again_under_the_same_id(desk, monkeypatch):
    desk.subscribe()
    left(desk)
    caller = Silent(Answered(204))
    with monkeypatch.context() as patch:
        patch.setattr("serving.background.deliveries.mark_delivery", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            DeliveryTask(desk.office, caller).run()

    DeliveryTask(desk.office, caller).run()

    assert len(caller.called) == 2
    assert len(set(caller.called)) == 1


def test_what_was_delivered_is_not_sent_again(desk):
    desk.subscribe()
    left(desk)
    caller = Silent(Answered(200))

    DeliveryTask(desk.office, caller).run()
    DeliveryTask(desk.office, caller).run()

    assert len(caller.called) == 1


@pytest.mark.parametrize("answered", [Answered(500), Answered(302), Answered(404), Answered(None, "ConnectError")])
def test_what_fails_waits_and_is_tried_again(desk, answered):
    desk.subscribe()
    left(desk)
    DeliveryTask(desk.office, Silent(answered)).run()

    waiting = only(desk)
    assert 8 * SECOND <= waiting.next_at - desk.clock() <= 12 * SECOND
    assert (waiting.attempts, waiting.last_status) == (1, answered.status)

    desk.clock.now = waiting.next_at
    DeliveryTask(desk.office, Silent(Answered(204))).run()

    assert only(desk).delivered_at == desk.clock()


def test_after_some_three_days_of_trying_it_is_given_up(desk):
    desk.subscribe()
    left(desk)
    began, caller = desk.clock(), Silent(Answered(503))
    while (waiting := only(desk)).next_at is not None:
        desk.clock.now = waiting.next_at
        DeliveryTask(desk.office, caller).run()

    assert len(caller.called) == MOST_ATTEMPTS
    assert 2 * DAY < only(desk).dead_at - began < 4 * DAY
    assert only(desk).last_fault == "answered with status 503"


def test_what_was_given_up_can_be_sent_again(desk):
    webhook = desk.subscribe()
    left(desk)
    DeliveryTask(desk.office, Silent(Answered(503))).run()
    with writing(desk.office.engine) as connection:
        again = send_again(connection, webhook.id, only(desk).id, now=desk.clock())

    DeliveryTask(desk.office, Silent(Answered(204))).run()

    assert (again.attempts, only(desk).delivered_at) == (0, desk.clock())


@pytest.mark.parametrize(("asked", "wait"), [("3600", HOUR), ("9999999", LONGEST_WAIT)])
def test_a_receiver_that_asks_for_time_gets_it_within_bounds(desk, asked, wait):
    desk.subscribe()
    left(desk)

    DeliveryTask(desk.office, Silent(Answered(429, None, asked))).run()

    assert only(desk).next_at == desk.clock() + wait


def test_a_receiver_that_is_gone_is_told_nothing_more(desk):
    desk.subscribe()
    left(desk, count=2)

    DeliveryTask(desk.office, Silent(Answered(410))).run()

    assert ended(desk)
    assert [row.next_at for row in desk.rows(deliveries)] == [None, None]


def test_who_subscribed_to_another_type_or_later_is_told_nothing(desk):
    desk.subscribe(types=["lifecycle.live.changed.v1"])
    left(desk)
    before = desk.clock()
    desk.clock.now += HOUR
    desk.subscribe()
    with writing(desk.office.engine) as connection:
        announce(connection, Message(RAISED, "c1", {}, before))

    assert desk.rows(deliveries) == []


def test_many_messages_are_sent_in_one_round_and_one_receiver_that_fails_holds_up_no_other(desk, receiver):
    desk.subscribe(receiver.url)
    desk.subscribe("http://127.0.0.1:9/nobody")
    left(desk, count=20)

    DeliveryTask(desk.office).run()

    assert len(receiver.got) == 20
    assert sum(row.delivered_at is None for row in desk.rows(deliveries)) == 20


def test_a_redirect_is_not_followed(desk, receiver):
    receiver.statuses, receiver.headers = [307], {"location": "http://169.254.169.254/latest/"}
    desk.subscribe(receiver.url)
    left(desk)

    DeliveryTask(desk.office).run()

    assert len(receiver.got) == 1
    assert only(desk).last_status == 307


def test_a_name_that_leads_inside_by_now_is_not_called(desk, receiver):
    port = receiver.url.rpartition(":")[2].partition("/")[0]
    outside = replace(desk.office, settings=replace(desk.office.settings, webhook_private_addresses=False))
    desk.subscribe(f"https://localhost.example.com:{port}")
    left(desk)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", 443))])
        DeliveryTask(outside).run()

    assert receiver.got == []
    assert only(desk).last_fault == "Needed an address of the public network."


def test_erasure_takes_every_message_about_one_customer(desk):
    desk.subscribe()
    for customer_id in ("c1", "c2", None):
        left(desk, customer_id)

    with writing(desk.office.engine) as connection:
        assert erase_deliveries(connection, "c1") == 1

    assert [row.customer_id for row in desk.rows(deliveries)] == ["c2", None]


def test_a_message_erased_while_it_was_sent_does_not_come_back(desk):
    desk.subscribe()
    left(desk)

    class Erasing(Silent):
        async def call(self, url, body, *, headers):
            with writing(desk.office.engine) as connection:
                erase_deliveries(connection, "c1")
            return await super().call(url, body, headers=headers)

    DeliveryTask(desk.office, Erasing(Answered(500))).run()

    assert desk.rows(deliveries) == []


@pytest.mark.parametrize("url", [pytest.param("postgres", marks=pytest.mark.needs("postgres"))], indirect=True)
def test_no_webhook_ends_while_a_message_is_being_left_for_it(desk):
    webhook = desk.subscribe()

    with writing(desk.office.engine) as leaving, writing(desk.office.engine) as ending:
        hold_webhook(leaving, webhook.id)
        ending.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")

        with pytest.raises(OperationalError, match="lock timeout"):
            end_webhook(ending, webhook.id, now=desk.clock())
        ending.rollback()


def test_a_webhook_that_was_ended_is_not_called(desk):
    webhook, caller = desk.subscribe(), Silent(Answered(204))
    left(desk)
    with writing(desk.office.engine) as connection:
        end_webhook(connection, webhook.id, now=desk.clock())

    DeliveryTask(desk.office, caller).run()

    assert caller.called == []
    assert json.loads(only(desk).body)["data"] == {"code": "usage_falling"}


@pytest.mark.parametrize(("status", "outcome", "waiting"), [(204, "delivered", 0), (503, "again", 1), (410, "dead", 0)])
def test_what_becomes_of_a_message_is_counted_and_so_is_what_waits(desk, status, outcome, waiting):
    desk.subscribe()
    left(desk)

    DeliveryTask(desk.office, Silent(Answered(status))).run()
    tell_metrics(desk.office.metrics, desk.office.engine, now=desk.clock() + 5 * SECOND)

    page = desk.office.metrics.page().decode()
    assert f'lifecycle_deliveries_total{{outcome="{outcome}"}} 1.0\n' in page
    assert f"lifecycle_deliveries_waiting {waiting:.1f}\n" in page
    assert f"lifecycle_deliveries_age_seconds {5 * waiting:.1f}\n" in page
