"""What is kept about one request while it is served: its number, when it began, who asked."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass, field

from starlette.types import Scope

_KEY = "lifecycle.exchange"
_draw = random.Random()  # noqa: S311 (seeded by the kernel, per process)
_NUMBER = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(slots=True)
class Exchange:
    """One request on its way through. Filled in as more is known; lives as long as the request."""

    request_id: str
    key_id: str | None = None
    status: int = 0
    started: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        """Return the seconds since the head of the request was read."""
        return time.perf_counter() - self.started


def begin_exchange(scope: Scope) -> Exchange:
    """Open the record of a request: the caller's `X-Request-Id` where it is well formed, else a number of our own."""
    given = header(scope, b"x-request-id")
    is_fit = given is not None and _NUMBER.fullmatch(given)
    # Numbers must differ, not be secret: to ask the kernel for each costs more than the whole record.
    scope[_KEY] = exchange = Exchange(given if given and is_fit else f"{_draw.getrandbits(96):024x}")
    return exchange


def exchange_of(scope: Scope) -> Exchange:
    """Return the record opened for this request."""
    found: Exchange = scope[_KEY]
    return found


def header(scope: Scope, name: bytes) -> str | None:
    """Return the first header of that lower-case name."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return None
