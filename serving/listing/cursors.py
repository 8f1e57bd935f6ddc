"""Where does the next page begin: a short text that only the list it came from understands."""

from __future__ import annotations

import msgspec

from features.errors import Conflict
from features.write_once import sha256_of_json
from serving.door.cursors import place_in
from serving.door.problems import ForCallers, RequestInvalid

LONGEST_CURSOR = 400
_PREFIX = 16


class CursorOutdated(ForCallers, Conflict):
    """The cursor belongs to predictions that are no longer live: the order it stood in is gone."""

    status = 410
    problem = "cursor-outdated"


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """Whose list it is, and how far it was told: the next position of the snapshot's order, and the last fresh customer told."""

    predictions: str
    query: str
    position: int
    figure: float = 0.0
    customer_id: str = ""


def query_digest(**asked: object) -> str:
    """Return what two pages of one list share: its filters and its order.

    >>> query_digest(sort="risk", stage="growth") == query_digest(stage="growth", sort="risk")
    True
    """
    return sha256_of_json({name: str(value) for name, value in asked.items()})[:_PREFIX]


def first_cursor(predictions: str, query: str) -> Cursor:
    """Return where a list begins."""
    return Cursor(predictions[:_PREFIX], query, 0)


def read_cursor(text: str, *, predictions: str, query: str) -> Cursor:
    """Return a cursor that was given out for just this list.

    Raises
    ------
    RequestInvalid
        If it is none, or of a list with other filters or another order.
    CursorOutdated
        If other predictions are live now.
    """
    cursor = place_in(text, Cursor)
    if cursor.query != query or cursor.position < 0:
        raise RequestInvalid("`cursor` belongs to a list of other filters or another order; ask for the first page without it.")
    if cursor.predictions != predictions[:_PREFIX]:
        raise CursorOutdated("Newer predictions are live than those the cursor stood in; ask for the first page without it.")
    return cursor
