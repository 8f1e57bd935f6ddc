"""The words schemas are made of: what every answer keeps to, members that may be absent, moments and chances."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Probability = Annotated[float, Field(ge=0, le=1)]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


def absent(*, description: str) -> Any:
    """Declare a member that may be absent and is never null."""
    return Field(default=None, description=description, json_schema_extra=_without_default)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


class Answer(BaseModel):
    """An answer, or a part of one: nothing beside what is declared."""

    model_config = ConfigDict(extra="forbid")
