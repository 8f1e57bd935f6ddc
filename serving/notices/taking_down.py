"""How alerts that stand by what is live become records: each raised once, ended once, told in the same transaction.

It can be killed at any point and done again: what is kept already is not raised again, and what was not kept was not told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from features.times import Timestamp, format_time
from models.alerts import ALERT_CODES, AlertCode
from serving.database import reading, writing
from serving.database.notices.alerts import (
    AlertRecord,
    Standing,
    begin_pass,
    end_alerts,
    finish_pass,
    hold_alerts,
    is_first_pass,
    open_alerts,
    open_codes,
    raise_alerts,
)
from serving.database.notices.messages import Message, MessageType, announce
from serving.notices.said import FreshSaying, Said, fresh_sayings
from serving.privacy.tombstones import erased_among

AT_ONCE = 500
"""So many customers are taken down in one transaction, so that others who write wait for a moment only."""

RAISED: MessageType = "lifecycle.alert.raised.v1"
ENDED: MessageType = "lifecycle.alert.ended.v1"
CHANGED: MessageType = "lifecycle.live.changed.v1"

_T = TypeVar("_T")


def _uncounted(changes: Mapping[tuple[str, str], int]) -> None:
    del changes


@dataclass(frozen=True)
class Book:
    """Where alerts are taken down: the database, the moment now, and the installation's secret, by which the erased are known.

    `count` is told how many alerts of a code were `raised` or `ended`, once that is kept.
    """

    engine: Engine
    clock: Callable[[], Timestamp]
    secret: bytes
    count: Callable[[Mapping[tuple[str, str], int]], None] = _uncounted


def take_down_all(book: Book, said: Said) -> int:
    """Take down every alert that stands by what is live; return up to which sequence fresh rows are taken down with them."""
    predictions = str(said.state.live.predictions)
    with writing(book.engine) as connection:
        hold_alerts(connection)
        if begin_pass(connection, predictions, now=book.clock()) is not None:
            announce(connection, _changed(said, book.clock()))
        fresh = fresh_sayings(connection, said, after=0)
    said = replace(said, fresh={each.customer_id: each.values for each in fresh})
    for code in ALERT_CODES:
        _take_down_code(book, said, code)
    with writing(book.engine) as connection:
        finish_pass(connection, predictions, now=book.clock())
    return max((each.sequence for each in fresh), default=0)


def take_down_fresh(book: Book, said: Said, fresh: Sequence[FreshSaying]) -> None:
    """Take down what stands, and what is gone, for customers who were predicted anew; at most `AT_ONCE` of them."""
    said = replace(said, fresh={each.customer_id: each.values for each in fresh})
    now_standing = {each.customer_id: said.codes(each.values) for each in fresh}
    changes: dict[tuple[str, str], int] = {}
    with writing(book.engine) as connection:
        hold_alerts(connection)
        before = open_codes(connection, now_standing)
        for code in ALERT_CODES:
            since = {who: codes[code] for who, codes in now_standing.items() if code in codes and code not in before[who]}
            gone = [who for who, codes in now_standing.items() if code in before[who] and code not in codes]
            raised = _raised(connection, book, said.standing(code, since) if since else [])
            ended = _ended(connection, book, code=code, customer_ids=gone)
            announce(connection, *ended, *_messages(RAISED, raised, now=book.clock()))
            changes |= {(code, "raised"): len(raised), (code, "ended"): len(ended)}
    book.count(changes)


def _take_down_code(book: Book, said: Said, code: AlertCode) -> None:
    since = said.since(code)
    with reading(book.engine) as connection:
        before = open_alerts(connection, code)
        is_quiet = is_first_pass(connection)
    for part in _portions(sorted(before - since.keys())):
        with writing(book.engine) as connection:
            hold_alerts(connection)
            announce(connection, *(ended := _ended(connection, book, code=code, customer_ids=part)))
        book.count({(code, "ended"): len(ended)})
    for part in _portions(sorted(since.keys() - before)):
        standing = said.standing(code, {customer_id: since[customer_id] for customer_id in part})
        with writing(book.engine) as connection:
            hold_alerts(connection)
            raised = _raised(connection, book, standing)
            announce(connection, *([] if is_quiet else _messages(RAISED, raised, now=book.clock())))
        book.count({(code, "raised"): len(raised)})


def _raised(connection: Connection, book: Book, standing: Sequence[Standing]) -> list[AlertRecord]:
    erased = erased_among(connection, book.secret, [each.customer_id for each in standing])
    return raise_alerts(connection, [each for each in standing if each.customer_id not in erased], now=book.clock())


def _ended(connection: Connection, book: Book, *, code: AlertCode, customer_ids: Sequence[str]) -> list[Message]:
    now = book.clock()
    return _messages(ENDED, end_alerts(connection, code, customer_ids, now=now) if customer_ids else [], now=now)


def _messages(type_: MessageType, records: Sequence[AlertRecord], *, now: Timestamp) -> list[Message]:
    return [Message(type_, each.customer_id, _data(each), now) for each in records]


def _data(alert: AlertRecord) -> Mapping[str, Any]:
    ended = {} if alert.ended_at is None else {"ended_at": format_time(alert.ended_at)}
    return {
        "alert_id": alert.id,
        "customer_id": alert.customer_id,
        "code": alert.code,
        "since": format_time(alert.since),
        "raised_at": format_time(alert.raised_at),
        **ended,
        "text": alert.text,
    }


def _changed(said: Said, now: Timestamp) -> Message:
    versions = said.state.versions
    named = {"bundle": versions.bundle, "snapshot": versions.snapshot, "company": versions.company}
    return Message(CHANGED, None, {"as_of": format_time(said.state.as_of), "versions": named}, now)


def _portions(items: Iterable[_T]) -> Iterator[list[_T]]:
    rest = iter(items)
    while part := list(islice(rest, AT_ONCE)):
        yield part
