"""The words schemas are made of: what every answer keeps to, members that may be absent, moments and chances."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, Strict
from pydantic_core import PydanticCustomError

_is_moment = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE).fullmatch


def rfc3339(given: object) -> object:
    """Let a text pass only if it is a moment as RFC 3339 writes it; a number, which a clock may mean by its seconds, is none.

    >>> rfc3339("2026-01-01T00:00:00+01:00")
    '2026-01-01T00:00:00+01:00'
    """
    if isinstance(given, dt.datetime) or (isinstance(given, str) and _is_moment(given)):
        return given
    raise PydanticCustomError("moment", "Needed a moment like 2026-01-01T00:00:00Z, with its zone; in a query `+` is `%2B`")


Probability = Annotated[float, Field(ge=0, le=1)]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
GivenMoment = Annotated[AwareDatetime, Strict(False), BeforeValidator(rfc3339)]
"""A moment of a request, as RFC 3339 writes it and the document says; pydantic alone would take `0.5` too."""


def absent(*, description: str) -> Any:
    """Declare a member that may be absent and is never null."""
    return Field(default=None, description=description, json_schema_extra=_without_default)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


class Answer(BaseModel):
    """An answer, or a part of one: nothing beside what is declared."""

    model_config = ConfigDict(extra="forbid")
