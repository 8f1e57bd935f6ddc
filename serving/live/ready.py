"""Which answers about customers were given before and still hold: kept in JSON, cut where the number of a request goes.

Kept by one live state, so none outlives the predictions it was made from. A process keeps 16,384 at most, about 1.5 kB each; the
oldest goes first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

MOST = 16_384


@dataclass(frozen=True, slots=True)
class ReadyAnswer:
    """One answer: its JSON before and after the number of the request, what it was said under, and what is counted of it."""

    before: bytes
    after: bytes
    held: object
    counted: Any

    @classmethod
    def cut(cls, content: bytes, request_id: str, *, held: object, counted: Any) -> ReadyAnswer:
        """Cut an answer at the number of its request; within a text of JSON no quotation mark stands alone, so it is found."""
        member = b'"request_id":"'
        before, _, after = content.partition(b'%b%b"' % (member, request_id.encode()))
        return cls(before + member, b'"' + after, held, counted)

    def content(self, request_id: str) -> bytes:
        """Return the answer to a request of that number."""
        return b"%b%b%b" % (self.before, request_id.encode(), self.after)


@dataclass(frozen=True)
class ReadyAnswers:
    """The answers one state has given about the customers of its snapshot. For one event loop."""

    _kept: dict[str, ReadyAnswer] = field(default_factory=dict)

    def under(self, customer_id: str, held: object) -> ReadyAnswer | None:
        """Return the answer about a customer, if one was given while the same held for all."""
        ready = self._kept.get(customer_id)
        return ready if ready is not None and (ready.held is held or ready.held == held) else None

    def keep(self, customer_id: str, ready: ReadyAnswer) -> None:
        """Keep an answer."""
        if len(self._kept) >= MOST:
            del self._kept[next(iter(self._kept))]
        self._kept[customer_id] = ready
