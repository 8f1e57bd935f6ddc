"""Which rows of a delivery keep their contract, and what is wrong with each of the others, without repeating a word of it.

Two forms: one JSON object with a source and its rows, or a line a row (NDJSON) that names its source itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import msgspec
from pydantic import BaseModel, ValidationError, create_model

from features.contracts.rows import row_type
from features.contracts.sources import OFFERS, SOURCES
from features.times import Timestamp, to_timestamp
from serving.door.problems import FieldError, RequestInvalid
from serving.telling.faults import RowFault, row_faults

MOST_ROWS = 1_000
TOLD_SOURCES = tuple(name for name in SOURCES if name != OFFERS.name)
"""What may be told: offers come from our own decisions."""

_KNOWN_LATER = RowFault("known_later", "/known_at", "Needed a moment that has passed; leave it out for the moment of receipt.")
_NO_SOURCE = RowFault("unknown_source", "/source", f"Needed one of: {', '.join(TOLD_SOURCES)}.")
_NO_JSON = RowFault("not_json", "", "Needed one JSON object in the line.")


@dataclass(frozen=True)
class ToldRow:
    """One row that keeps its contract; `content` is its JSON, without `known_at` where none was given."""

    source: str
    customer_id: str | None
    is_dated: bool
    content: bytes


@dataclass(frozen=True)
class Judged:
    """One row of a delivery: what it says, or what is wrong with it."""

    row: ToldRow | None
    faults: tuple[RowFault, ...] = ()


class _Delivery(msgspec.Struct, forbid_unknown_fields=True):
    source: str
    rows: list[msgspec.Raw]


class _Line(msgspec.Struct):
    source: str


def judge(content: bytes, *, by_line: bool, now: Timestamp) -> list[Judged]:
    """Judge every row of a body.

    Raises
    ------
    RequestInvalid
        If it is not of the needed form, holds no row, or more than are taken at once.
    """
    return _judged_lines(content, now) if by_line else _judged_delivery(content, now)


def _judged_delivery(content: bytes, now: Timestamp) -> list[Judged]:
    try:
        told = msgspec.json.decode(content, type=_Delivery)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # `from None`: the message of the reader repeats names of members.
        needed = FieldError("", "Needed an object with exactly `source`, a text, and `rows`, an array of objects.")
        raise RequestInvalid("The body is not a delivery of rows; `errors` says what was needed.", [needed]) from None
    if told.source not in TOLD_SOURCES:
        raise RequestInvalid("No rows of such a source are taken.", [FieldError("/source", _NO_SOURCE.detail)])
    _refuse_number(len(told.rows), "/rows")
    return [_judged(row_type(SOURCES[told.source]), told.source, bytes(row), now=now) for row in told.rows]


def _judged_lines(content: bytes, now: Timestamp) -> list[Judged]:
    lines = [line for line in content.split(b"\n") if line.strip()]
    _refuse_number(len(lines), "")
    return [_judged_line(line, now) for line in lines]


def _judged_line(line: bytes, now: Timestamp) -> Judged:
    try:
        source = msgspec.json.decode(line, type=_Line).source
    except msgspec.ValidationError:
        return Judged(None, (_NO_SOURCE,))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Judged(None, (_NO_JSON,))
    if source not in TOLD_SOURCES:
        return Judged(None, (_NO_SOURCE,))
    return _judged(_line_type(source), source, line, now=now)


def _judged(kind: type[BaseModel], source: str, content: bytes, *, now: Timestamp) -> Judged:
    try:
        row: Any = kind.model_validate_json(content)
    except ValidationError as error:
        return Judged(None, row_faults(error))
    if row.known_at is not None and to_timestamp(row.known_at) > now:
        return Judged(None, (_KNOWN_LATER,))
    written = row.model_dump_json(exclude_none=True, exclude={"source"}).encode()
    return Judged(ToldRow(source, row.customer_id, row.known_at is not None, written))


@cache
def _line_type(source: str) -> type[BaseModel]:
    """Return the type of a row that names its source itself."""
    named: Any = (Literal[source], ...)
    return create_model(f"{source.title()}Line", __base__=row_type(SOURCES[source]), source=named)


def _refuse_number(rows: int, pointer: str) -> None:
    if not 1 <= rows <= MOST_ROWS:
        needed = FieldError(pointer, f"Needed 1 to {MOST_ROWS} rows; found {rows}.")
        raise RequestInvalid("The delivery has no rows, or too many for one request.", [needed])


def told_rows(judged: Sequence[Judged]) -> Iterator[ToldRow]:
    """Give the rows that keep their contract."""
    return (one.row for one in judged if one.row is not None)
