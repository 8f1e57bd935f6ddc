"""Which alerts were raised, about whom, and which of them stand: a list to read from where one stopped."""

from __future__ import annotations

import asyncio

import msgspec
from msgspec import UNSET
from starlette.responses import Response

from features.times import to_timestamp
from serving.database import reading
from serving.database.notices.alerts import AlertPage, AlertRecord, listed_alerts
from serving.door.access import READ, access
from serving.door.media import JSON
from serving.door.route import Call
from serving.notices.answers import AlertsAnswer, alert_answer
from serving.notices.schemas import CodeQuery, CursorQuery, LimitQuery, OpenQuery, SinceQuery

ALERTS = "/v1/alerts"


@access(READ)
async def get_alerts(
    call: Call,
    *,
    code: CodeQuery = None,
    since: SinceQuery = None,
    open: OpenQuery = None,
    cursor: CursorQuery = "0",
    limit: LimitQuery = 100,
) -> Response:
    """List the alerts that were raised, the oldest first; with `next_cursor` whoever asks again sees what came since."""
    page = AlertPage(int(cursor), limit, code, None if since is None else to_timestamp(since), open)
    found = await asyncio.to_thread(_listed, call, page)
    call.service.reads.note(call.exchange, sorted({alert.customer_id for alert in found}), route=ALERTS)
    last = str(found[-1].sequence) if found else UNSET
    answer = AlertsAnswer([alert_answer(alert) for alert in found], call.exchange.request_id, last)
    return Response(msgspec.json.encode(answer), media_type=JSON)


def _listed(call: Call, page: AlertPage) -> list[AlertRecord]:
    with reading(call.service.engine) as connection:
        return listed_alerts(connection, page)
