"""What goes in and out of alerts and webhooks, as the OpenAPI document describes it; `serving/answering/schemas.py` says how."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from models.alerts import AlertCode
from serving.answering.words import Answer, GivenMoment, Moment, absent
from serving.notices.addresses import LONGEST

MOST_AT_ONCE = 1000

Subscribable = Literal[
    "lifecycle.alert.raised.v1", "lifecycle.alert.ended.v1", "lifecycle.live.changed.v1", "lifecycle.batch.finished.v1"
]
WebhookId = Annotated[str, Path(pattern=r"^wh_[0-9a-f]{24}$", description="`webhook_id` of an answer.")]
DeliveryId = Annotated[str, Path(pattern=r"^msg_[0-9a-f]{24}$", description="`delivery_id` of an answer.")]
CodeQuery = Annotated[AlertCode | SkipJsonSchema[None], Query(description="Only alerts of this code.")]
SinceQuery = Annotated[
    GivenMoment | SkipJsonSchema[None],
    Query(description="Only alerts raised from this moment on.", examples=["2026-01-01T00:00:00Z"]),
]
OpenQuery = Annotated[
    bool | SkipJsonSchema[None], Query(description="True: only those that stand; false: only those that ended.")
]
CursorQuery = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{1,18}$"),
    Query(description="`next_cursor` of the page before; keep it to go on later."),
]
LimitQuery = Annotated[int, Query(ge=1, le=MOST_AT_ONCE, description="How many at most.")]
DeadQuery = Annotated[bool, Query(description="Only messages that were given up.")]


class AlertSchema(Answer):
    """One alert that was raised."""

    model_config = ConfigDict(title="Alert", extra="forbid")

    alert_id: str = Field(description="The same in the messages about it.")
    customer_id: str = Field(description="Your id of the customer.")
    code: AlertCode = Field(description="Which alert it is.")
    since: Moment = Field(description="When the fact began, or was first seen.")
    raised_at: Moment = Field(description="When it was raised.")
    ended_at: Moment | SkipJsonSchema[None] = absent(description="When it was seen to be over; absent while it stands.")
    text: str = Field(description="What it said when it was raised, in English, with its figures.")


class AlertsSchema(Answer):
    """Alerts in the order they were raised."""

    model_config = ConfigDict(title="Alerts", extra="forbid")

    items: list[AlertSchema] = Field(description="The oldest first.")
    next_cursor: str | SkipJsonSchema[None] = absent(description="Where to go on, now or later; absent where nothing was found.")
    request_id: str = Field(description="The number of this request.")


class WebhookRequest(BaseModel):
    """Where to tell of what."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: Annotated[str, StringConstraints(min_length=9, max_length=LONGEST)] = Field(
        description="`https://`, a host of the public network, port 443 or from 1024 on.",
        examples=["https://crm.example.com/hook"],
        json_schema_extra={"format": "uri"},
    )
    types: list[Subscribable] = Field(min_length=1, max_length=4, description="The types of messages to send there.")


class WebhookSchema(Answer):
    """One webhook."""

    model_config = ConfigDict(title="Webhook", extra="forbid")

    webhook_id: str = Field(description="Its name.")
    url: str = Field(description="Where messages are sent.")
    types: list[Subscribable] = Field(description="The types of messages that are sent there, sorted.")
    created_at: Moment = Field(description="Of what happened before, nothing is sent.")
    secret: str | SkipJsonSchema[None] = absent(description="What proves our messages; shown when it is new, and never again.")
    secret_version: int = Field(ge=1, description="How many secrets it has had.")
    rotated_at: Moment | SkipJsonSchema[None] = absent(description="When its secret was replaced; for a day both sign.")
    request_id: str | SkipJsonSchema[None] = absent(description="The number of this request; in a list it stands beside it.")


class WebhooksSchema(Answer):
    """Every webhook that stands."""

    model_config = ConfigDict(title="Webhooks", extra="forbid")

    items: list[WebhookSchema] = Field(description="The oldest first.")
    request_id: str = Field(description="The number of this request.")


class EndedWebhookSchema(Answer):
    """A webhook that is no more."""

    model_config = ConfigDict(title="EndedWebhook", extra="forbid")

    webhook_id: str = Field(description="Its name.")
    ended_at: Moment = Field(description="From now on nothing is sent there.")
    request_id: str = Field(description="The number of this request.")


class DeliverySchema(Answer):
    """One message on its way; what it says is not shown here."""

    model_config = ConfigDict(title="Delivery", extra="forbid")

    delivery_id: str = Field(description="`webhook-id` of the message, and `id` of its event.")
    type: str = Field(description="The type of its event.")
    state: Literal["waiting", "delivered", "dead"] = Field(description="How far it has come.")
    attempts: int = Field(ge=0, description="How often it was tried.")
    created_at: Moment = Field(description="When it was left to be sent.")
    next_at: Moment | SkipJsonSchema[None] = absent(description="When it is tried next; absent where it is not.")
    delivered_at: Moment | SkipJsonSchema[None] = absent(description="When it was taken.")
    dead_at: Moment | SkipJsonSchema[None] = absent(description="When it was given up.")
    last_status: int | SkipJsonSchema[None] = absent(description="What the receiver answered last.")
    last_fault: str | SkipJsonSchema[None] = absent(description="What went wrong last.")
    request_id: str | SkipJsonSchema[None] = absent(description="The number of this request; in a list it stands beside it.")


class DeliveriesSchema(Answer):
    """Messages to one webhook, in the order they were left."""

    model_config = ConfigDict(title="Deliveries", extra="forbid")

    items: list[DeliverySchema] = Field(description="The oldest first.")
    next_cursor: str | SkipJsonSchema[None] = absent(description="Where to go on, now or later; absent where nothing was found.")
    request_id: str = Field(description="The number of this request.")
