"""How are the parts of a raw company file reached by a pattern, whatever shape the file has.

In a pattern `*` is any item of a list or any value of a table, `@` the keys of a table; the rest are keys. What has another
shape is passed over: the schema names it already, and checks of the rest can go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from features.document.lines import KeyPath

Document: TypeAlias = Mapping[str, Any]

_BEYOND = 1e15


def each(document: Any, pattern: str) -> Iterator[tuple[KeyPath, Any]]:
    """Give path and value of everything the pattern leads to.

    >>> list(each({"offers": [{"id": "a"}, {"id": "b"}, 3]}, "offers.*.id"))
    [(('offers', 0, 'id'), 'a'), (('offers', 1, 'id'), 'b')]
    >>> list(each({"levers": {"groups": {"price": -5.0}}}, "levers.groups.@"))
    [(('levers', 'groups', 'price'), 'price')]
    """
    found: Iterator[tuple[KeyPath, Any]] = iter([((), document)])
    for part in pattern.split("."):
        found = _below(found, part)
    return found


def tables(document: Any, pattern: str) -> Iterator[tuple[KeyPath, Document]]:
    """Give path and table of every table the pattern leads to."""
    return ((path, value) for path, value in each(document, pattern) if isinstance(value, Mapping))


def texts(document: Any, pattern: str) -> Iterator[tuple[KeyPath, str]]:
    """Give path and text of every text the pattern leads to."""
    return ((path, value) for path, value in each(document, pattern) if isinstance(value, str))


def are_numbers(*values: Any) -> bool:
    """Whether all values are numbers to reckon with: finite, not beyond any real figure; true and false are none.

    >>> are_numbers(1, 2.5), are_numbers(1, True), are_numbers(1, None)
    (True, False, False)
    """
    return all(type(value) in (int, float) and abs(value) < _BEYOND for value in values)


def _below(found: Iterator[tuple[KeyPath, Any]], part: str) -> Iterator[tuple[KeyPath, Any]]:
    for path, value in found:
        if isinstance(value, Mapping):
            yield from _in_table(path, value, part)
        elif part == "*" and isinstance(value, (list, tuple)):
            yield from (((*path, position), item) for position, item in enumerate(value))


def _in_table(path: KeyPath, table: Document, part: str) -> Iterator[tuple[KeyPath, Any]]:
    if part == "@":
        yield from (((*path, key), key) for key in table)
    elif part == "*":
        yield from (((*path, key), item) for key, item in table.items())
    elif part in table:
        yield (*path, part), table[part]
