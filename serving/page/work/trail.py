"""How far has somebody read a list: where each page until theirs begins, so that there is a way on and a way back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from serving.door.cursors import cursor_text, place_in
from serving.door.problems import RequestInvalid
from serving.listing.cursors import Cursor, first_cursor

LONGEST_TRAIL = 6_000
_MOST_STEPS = 40


class _Told(msgspec.Struct, frozen=True, array_like=True):
    """A trail as it is sent: of each page behind the first where it begins, and how many pages lie before these."""

    predictions: str
    query: str
    steps: list[tuple[int, float, str]]
    before: int = 0


@dataclass(frozen=True)
class Trail:
    """The beginnings of pages, the one in hand last. `skipped`: pages before these, the beginnings of which were let go."""

    cursors: tuple[Cursor, ...]
    skipped: int = 0

    @property
    def here(self) -> Cursor:
        """Return where the page in hand begins."""
        return self.cursors[-1]

    @property
    def number(self) -> int:
        """Return which page it is, from 1."""
        return len(self.cursors) + self.skipped

    def onward(self, cursor: Cursor) -> Trail:
        """Return the trail to the next page; of very many pages the earliest are let go, and the way back ends at the first."""
        behind = self.cursors[1:]
        let_go = len(behind) >= _MOST_STEPS
        return Trail((self.cursors[0], *behind[let_go:], cursor), self.skipped + let_go)

    def back(self) -> Trail | None:
        """Return the trail to the page before; None on the first."""
        if len(self.cursors) == 1:
            return None
        before = self.cursors[:-1]
        return replace(self, cursors=before) if len(before) > 1 else Trail(before)

    def text(self) -> str:
        """Return it as addresses carry it; nothing for the first page."""
        if len(self.cursors) == 1:
            return ""
        steps = [(one.position, one.figure, one.customer_id) for one in self.cursors[1:]]
        told = _Told(self.here.predictions, self.here.query, steps, self.skipped)
        return cursor_text(told)


def first_trail(predictions: str, query: str) -> Trail:
    """Return the trail of who begins to read."""
    return Trail((first_cursor(predictions, query),))


def read_trail(text: str, *, predictions: str, query: str) -> Trail | None:
    """Return the trail that an address carries; None if it is none of this list, or other predictions are live by now."""
    first = first_trail(predictions, query)
    told = _decoded(text)
    if told is None or (told.predictions, told.query) != (first.here.predictions, first.here.query):
        return None
    if told.before < 0 or not told.steps or any(position < 0 for position, _, _ in told.steps):
        return None
    steps = [Cursor(told.predictions, told.query, *step) for step in told.steps[:_MOST_STEPS]]
    return Trail((first.here, *steps), told.before)


def _decoded(text: str) -> _Told | None:
    try:
        return place_in(text, _Told)
    except RequestInvalid:
        return None
