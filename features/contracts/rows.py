"""What is one row of a source over HTTP: a pydantic type made from its declaration, strict, without unknown fields."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Annotated, Any, Literal

import pydantic
from pydantic import AfterValidator, AwareDatetime, StringConstraints

from features.contracts.schemas import CUSTOMER_ID, EARLIEST, GREATEST_NUMBER, LATEST, LONGEST_LIST, LONGEST_TEXT, NO_ID
from features.contracts.sources import Column, Kind, Source
from features.times import to_datetime

_FIRST, _LAST = to_datetime(EARLIEST), to_datetime(LATEST)


@cache
def row_type(source: Source) -> type[pydantic.BaseModel]:
    """Return the type of one row of the HTTP API: strict, no unknown field; `known_at` may be left out.

    Examples
    --------
    >>> from features.contracts.sources import MILESTONES
    >>> list(row_type(MILESTONES).model_fields)
    ['customer_id', 'known_at', 'milestone_id', 'reached_at', 'milestone']
    """
    fields: dict[str, Any] = {column.name: _row_field(column) for column in source.delivered}
    config = pydantic.ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False, title=source.name)
    return pydantic.create_model(f"{source.name.title()}Row", __config__=config, __doc__=source.meaning, **fields)


def _row_field(column: Column) -> tuple[Any, Any]:
    kind = _row_kind(column)
    described = pydantic.Field(description=column.meaning, ge=column.minimum, le=column.maximum)
    if column.required and column.name != "known_at":
        return (Annotated[kind, described], ...)
    return (Annotated[kind, described] | None, None)


def _row_kind(column: Column) -> Any:
    if column.choices:
        return Literal[column.choices]
    if column.name == "customer_id":
        return Annotated[str, StringConstraints(pattern=f"^{CUSTOMER_ID}$"), AfterValidator(_an_id)]
    plain = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT, pattern=r"^[^\x00-\x1f\x7f]*$")]
    if column.name.endswith("_id"):
        return Annotated[plain, AfterValidator(_an_id)]
    kinds = {
        Kind.TEXT: plain,
        Kind.TEXTS: Annotated[list[plain], pydantic.Field(max_length=LONGEST_LIST)],
        Kind.NUMBER: Annotated[float, AfterValidator(_bounded)],
        Kind.FLAG: bool,
        Kind.TIME: Annotated[AwareDatetime, AfterValidator(_possible)],
    }
    return kinds[column.kind]


def _an_id(text: str) -> str:
    if re.fullmatch(NO_ID, text):
        raise ValueError("needs an id, not the text of a missing value")
    return text


def _bounded(number: float) -> float:
    if not math.fabs(number) <= GREATEST_NUMBER:
        raise ValueError(f"needs a finite number up to {GREATEST_NUMBER:g}")
    return number


def _possible(moment: AwareDatetime) -> AwareDatetime:
    if not _FIRST <= moment < _LAST:
        raise ValueError(f"needs a time between {_FIRST.year} and {_LAST.year}")
    return moment
