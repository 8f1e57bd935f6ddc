"""Everything that is kept about one person, for that person: one JSON object a line, each naming where it is kept.

Every table that names a customer is read, whatever it holds, so that a new one is told of too.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, select
from starlette.responses import Response

from features.times import format_time
from serving.answering.customer_id import CustomerId
from serving.answering.flat import flat_customer
from serving.batches.run import BATCHES
from serving.database.audit import entries_about
from serving.database.tables import idempotent_answers, metadata
from serving.database.transactions import reading
from serving.door.access import ADMIN, access
from serving.door.media import NDJSON
from serving.door.problems import UnknownCustomer
from serving.door.route import Call
from serving.history.looking import looked_at
from serving.history.reader import HistoryReader
from serving.live.state import Found, LiveState
from serving.privacy.tombstones import refuse_erased

EXPORT = "/v1/customers/{customer_id}/export"

_MOST_ENTRIES = 1_000_000
_OF_CUSTOMERS = [table for table in metadata.sorted_tables if "customer_id" in table.c]


@access(ADMIN)
async def get_export(call: Call, customer_id: CustomerId) -> Response:
    """Return everything kept about one person, a JSON object a line: log, database, predictions, and who looked when."""
    lines = await looked_at(call, customer_id, lambda: _kept(call, customer_id), route=EXPORT, scope="admin")
    body = b"".join(msgspec.json.encode(line) + b"\n" for line in [*lines, *_looks(call, customer_id)])
    return Response(body, media_type=NDJSON)


def _kept(call: Call, customer_id: str) -> list[dict[str, Any]]:
    """Return what is kept about the person themselves, in the log, the database and the live predictions."""
    lines: list[dict[str, Any]] = []
    with reading(call.service.engine) as connection:
        refuse_erased(connection, call.service.secret, customer_id)
        for table in _OF_CUSTOMERS:
            lines += _rows(connection, table, table.c.customer_id == customer_id)
        subject = call.service.reads.subject(customer_id)
        lines += _rows(connection, idempotent_answers, idempotent_answers.c.subject == subject)
    state = call.service.live.in_service().state
    found = state.find(customer_id) if state else None
    predicted = [] if state is None or found is None else _predicted(state, found)
    if kept := [*lines, *_logged(call.service.histories, customer_id), *predicted]:
        return kept
    raise UnknownCustomer("Nothing is kept about a customer of that id.")


def _logged(histories: HistoryReader, customer_id: str) -> Iterator[dict[str, Any]]:
    for version in histories.logged(customer_id):
        yield {"kept_in": "log", "source": version.source, "row": _present(version.cells)}


def _rows(connection: Connection, table: Table, where: Any) -> Iterator[dict[str, Any]]:
    for row in connection.execute(select(table).where(where)).mappings():
        yield {"kept_in": "database", "table": f"{table.name}", "row": _present(row)}


def _predicted(state: LiveState, found: Found) -> Iterator[dict[str, Any]]:
    values = dict(zip(state.predictions.columns, found.values, strict=True))
    known = {name: value for name, value in values.items() if value == value}
    yield {"kept_in": "predictions", "as_of": format_time(found.as_of), "in_words": flat_customer(state, found), "row": known}


def _looks(call: Call, customer_id: str) -> Iterator[dict[str, Any]]:
    """Give who touched the data of the person, and in which bulk questions they were."""
    entries = entries_about(call.service.engine, call.service.reads.subject(customer_id), limit=_MOST_ENTRIES)
    for entry in entries:
        kept = {**entry._asdict(), "at": format_time(entry.at)}
        yield {"kept_in": "audit", "row": {name: value for name, value in kept.items() if value is not None}}
    for batch_id in sorted({entry.request_id for entry in entries if entry.route == BATCHES and entry.subject}):
        yield {"kept_in": "batches", "row": {"batch_id": batch_id}}


def _present(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {f"{name}": _plain(value) for name, value in row.items() if value is not None}


def _plain(value: object) -> object:
    """Return bytes as the JSON they hold, or in base64 where they hold none."""
    if not isinstance(value, bytes):
        return value
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return base64.b64encode(value).decode()
