"""What is declared of a call: from one row follow routing, access and the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from serving.api import repeats
from serving.door.access import Handler

QUESTION = (401, 403, 422, 429, 503)
"""The statuses with which every call refuses that needs a key."""
BODY = (408, 413, 415)
"""Those with which a call refuses a body: too slow, too large, of another kind than it takes."""


@dataclass(frozen=True)
class DeclaredCall:
    """One call. `operation_id` is what CRM importers name it by; `problems` are the statuses it may refuse with.

    `form` is said in the document alone: the class of the answer's media type. `is_repeatable`: it honours an Idempotency-Key.
    `status`: that of its answer; 202 where more is done later.
    `said` is what the document says beside what follows from all this, such as a body that the handler reads itself.
    """

    method: str
    path: str
    handler: Handler
    operation_id: str
    answer: type[BaseModel] | None
    problems: tuple[int, ...] = ()
    form: type[Response] = JSONResponse
    is_repeatable: bool = False
    status: int = 200
    said: Mapping[str, Any] = field(default_factory=dict)

    @property
    def extra(self) -> dict[str, Any]:
        """Return what the document says beside what follows from the handler."""
        return {**self.said, **(repeats.PARAMETER if self.is_repeatable else {})}
