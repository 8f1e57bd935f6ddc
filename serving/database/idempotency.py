"""Was this request answered before: one effect and one answer, however often it is sent.

In the transaction that records something, ask `remembered` first and `remember` the answer last. A repeat that arrives
meanwhile waits for that transaction and then finds the answer. Work too long for one transaction commits in between; a repeat is
then told to wait (`StillAnswering`), and whoever fails calls `forget`, so that the next attempt may try again.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, select, update

from features.errors import Conflict, InvalidInput
from features.times import DAY, SECOND, Timestamp
from serving.database.tables import idempotent_answers
from serving.database.upserts import insert_into

KEPT: Timestamp = DAY
"""How long an answer is kept at least."""

ABANDONED_AFTER: Timestamp = 60 * SECOND
"""When a request that never came to an answer may be tried again, as its process must be gone."""

_stored = idempotent_answers.c
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class IdempotencyKeyInvalid(InvalidInput):
    """The Idempotency-Key is empty, too long or has characters outside visible ASCII."""


class IdempotencyKeyReused(InvalidInput):
    """The same Idempotency-Key came with another request."""

    problem = "idempotency-key-reused"


class StillAnswering(Conflict):
    """The same request is being answered at this moment."""

    problem = "still-answering"


class AnsweredMeanwhile(Conflict):
    """Another attempt at the same request was answered first, so this one must have no effect."""

    problem = "answered-meanwhile"


@dataclass(frozen=True)
class RepeatableRequest:
    """One request with an Idempotency-Key, which means something for its caller and its route only."""

    caller_id: str
    route: str
    idempotency_key: str
    digest: str

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.idempotency_key):
            raise IdempotencyKeyInvalid(
                f"needed an Idempotency-Key of 1 to 255 visible ASCII characters; found {len(self.idempotency_key)} characters"
            )


@dataclass(frozen=True)
class StoredAnswer:
    """An answer as it was sent, byte for byte. `subject` is whom it is about, so that erasure finds it."""

    status: int
    media_type: str
    body: bytes
    subject: str | None = None


def digest_of_request(path: str, body: bytes) -> str:
    """Return what two requests must share to be the same: the path with its ids, and the body.

    >>> digest_of_request("/v1/customers/c1/decisions", b"{}") == digest_of_request("/v1/customers/c2/decisions", b"{}")
    False
    """
    return hashlib.sha256(path.encode() + b"\0" + body).hexdigest()


def remembered(connection: Connection, request: RepeatableRequest, *, now: Timestamp) -> StoredAnswer | None:
    """Return the answer this request had before, or None: then it is the caller's to answer, and nobody else's.

    Raises
    ------
    IdempotencyKeyReused
        If the key came before with another path or body.
    StillAnswering
        If the first one is not answered yet, and is younger than `ABANDONED_AFTER`.
    """
    row = None
    while row is None:  # it is None again only where the first one gave up between the two statements
        if _claim(connection, request, now):
            return None
        row = connection.execute(select(idempotent_answers).where(_same(request))).one_or_none()
    if row.request_digest != request.digest:
        raise IdempotencyKeyReused(
            "needed a new Idempotency-Key; found one that came before with another request: send a fresh key"
        )
    if row.status is not None:
        return StoredAnswer(row.status, row.media_type, row.body, row.subject)
    _take_over(connection, request, row, now)
    return None


def remember(connection: Connection, request: RepeatableRequest, answer: StoredAnswer) -> None:
    """Keep the answer for repeats, in the transaction of what it reports.

    Raises
    ------
    AnsweredMeanwhile
        If this request took so long that it was tried again, and the other attempt was faster. The transaction is to be undone.
    """
    kept = {"status": answer.status, "media_type": answer.media_type, "body": answer.body, "subject": answer.subject}
    if connection.execute(update(idempotent_answers).where(_unanswered(request)).values(kept)).rowcount != 1:
        raise AnsweredMeanwhile(
            "needed to be the only one to answer this request; another attempt already has: ask again for its answer"
        )


def forget(connection: Connection, request: RepeatableRequest) -> None:
    """Give up a request that `remembered` handed out and that came to no answer; an answer, once kept, stays."""
    connection.execute(delete(idempotent_answers).where(_unanswered(request)))


def drop_answers_about(connection: Connection, subject: str) -> int:
    """Delete every answer about one subject, as erasure must, and return how many there were."""
    return connection.execute(delete(idempotent_answers).where(_stored.subject == subject)).rowcount


def _claim(connection: Connection, request: RepeatableRequest, now: Timestamp) -> bool:
    row = {
        "caller_id": request.caller_id,
        "route": request.route,
        "idempotency_key": request.idempotency_key,
        "request_digest": request.digest,
        "started_at": now,
    }
    insert = insert_into(connection, idempotent_answers).values(row).on_conflict_do_nothing()
    return connection.execute(insert.returning(_stored.started_at)).first() is not None


def _take_over(connection: Connection, request: RepeatableRequest, row: Row[Any], now: Timestamp) -> None:
    is_old = now - row.started_at >= ABANDONED_AFTER
    abandoned = and_(_unanswered(request), _stored.started_at == row.started_at)
    if not (is_old and connection.execute(update(idempotent_answers).where(abandoned).values(started_at=now)).rowcount):
        raise StillAnswering("needed an answered request to repeat; the first one is still being answered: try again in a second")


def _unanswered(request: RepeatableRequest) -> ColumnElement[bool]:
    return and_(_same(request), _stored.status.is_(None))


def _same(request: RepeatableRequest) -> ColumnElement[bool]:
    return and_(
        _stored.caller_id == request.caller_id,
        _stored.route == request.route,
        _stored.idempotency_key == request.idempotency_key,
    )
