"""How is a person erased, and what proves it: asked for once, true of every answer in a second, and of every file soon after."""

from __future__ import annotations

import asyncio

import msgspec
from msgspec import UNSET, Struct, UnsetType
from starlette.responses import Response

from features.errors import NotFound
from features.times import format_time
from serving.answering.customer_id import CustomerId
from serving.answering.moments import moment_or_absent
from serving.database import reading, writing
from serving.door.access import ADMIN, access
from serving.door.media import JSON
from serving.door.problems import ForCallers, UnknownCustomer
from serving.door.route import Call
from serving.privacy.asking import Request, ask
from serving.privacy.known import is_in_log
from serving.privacy.records import Erasure, erasure_of
from serving.privacy.rows import Person
from serving.privacy.schemas import ErasureId

CUSTOMER = "/v1/customers/{customer_id}"
ERASURE = "/v1/erasures/{erasure_id}"


class UnknownErasure(ForCallers, NotFound):
    """Nobody of that name was ever erased here."""

    problem = "unknown-erasure"


class ErasedRows(Struct, frozen=True):
    """Rows that left one table."""

    table: str
    rows: int


class ErasedFiles(Struct, frozen=True):
    """What was done in one store of files."""

    store: str
    searched: int
    changed: int
    rows: int
    superseded: list[str]


class ErasureAnswer(Struct, frozen=True, omit_defaults=True):
    """How far an erasure has come, in the words of the API."""

    erasure_id: str
    state: str
    asked_at: str
    database: list[ErasedRows]
    files: list[ErasedFiles]
    request_id: str
    finished_at: str | UnsetType = UNSET


@access(ADMIN)
async def erase_customer(call: Call, customer_id: CustomerId) -> Response:
    """Erase a person: from now on no answer, event or decision is about them; the files follow, and `getErasure` says when.

    Asked for again it begins again. An id of which nothing is known is refused, so that a slip of the hand blocks nobody.
    """
    erasure = await asyncio.to_thread(_asked, call, customer_id)
    if erasure is None:
        call.service.reads.note(call.exchange, [customer_id], route=CUSTOMER, status=404, scope="admin")
        raise UnknownCustomer("Nothing is known of a customer of that id: not in predictions, log or database.")
    return _reply(call, erasure, status=202)


@access(ADMIN)
async def get_erasure(call: Call, erasure_id: ErasureId) -> Response:
    """Say how far an erasure has come, and what was searched and removed."""
    erasure = await asyncio.to_thread(_kept, call, erasure_id)
    entry = call.service.reads.entry(call.exchange, None, route=ERASURE, status=404 if erasure is None else 200, scope="admin")
    call.service.reads.leave([entry])
    if erasure is None:
        raise UnknownErasure("Nobody was erased under this name; take the `erasure_id` of the answer to an erasure.")
    return _reply(call, erasure, status=200)


def _asked(call: Call, customer_id: str) -> Erasure | None:
    service = call.service
    home, state = service.settings.home, service.live.in_service().state
    is_known = (state is not None and state.find(customer_id) is not None) or is_in_log(home, customer_id)
    by = service.reads.entry(call.exchange, customer_id, route=CUSTOMER, status=202, scope="admin")
    with writing(service.engine) as connection:
        person = Person(home, customer_id, service.reads.subject(customer_id))
        asked = ask(connection, Request(person, by, is_known))
    return None if asked is None else asked.erasure


def _kept(call: Call, erasure_id: str) -> Erasure | None:
    with reading(call.service.engine) as connection:
        return erasure_of(connection, erasure_id)


def _reply(call: Call, erasure: Erasure, *, status: int) -> Response:
    done, certificate = erasure.finished_at, erasure.certificate
    answer = ErasureAnswer(
        erasure_id=erasure.subject,
        state="erasing" if done is None else "finished",
        asked_at=format_time(erasure.asked_at),
        database=[ErasedRows(table, rows) for table, rows in certificate.database.items()],
        files=[ErasedFiles(*(getattr(each, name) for name in ErasedFiles.__struct_fields__)) for each in certificate.files],
        request_id=call.exchange.request_id,
        finished_at=moment_or_absent(done),
    )
    return Response(msgspec.json.encode(answer), status_code=status, media_type=JSON)
