"""What is wrong in a file somebody wrote, and where: one line a fault, with its line, what was needed and what was found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from features.document.lines import KeyPath

_LONGEST_SHOWN = 80


@dataclass(frozen=True)
class Fault:
    """One thing wrong: where in the document, what was needed and what was found there."""

    path: KeyPath
    needed: str
    found: str


@dataclass(frozen=True)
class PlacedFault:
    """A fault with its line (from 1) and its place in words, `offers.annual_plan.cost`."""

    line: int
    place: str
    needed: str
    found: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.place}: needed {self.needed}, found {self.found}"


def placed(faults: Collection[Fault], document: Mapping[str, Any], lines: Mapping[KeyPath, int]) -> list[PlacedFault]:
    """Return the faults in the order of the file; what is absent stands on the line of the table that lacks it."""
    found = {PlacedFault(_line(fault.path, lines), _place(fault.path, document), fault.needed, fault.found) for fault in faults}
    return sorted(found, key=lambda fault: (fault.line, fault.place, fault.needed))


def nearest(name: str, known: Collection[str]) -> str:
    """Return the name in quotes, and the known one it was probably meant to be.

    >>> nearest("elegibility", {"eligibility", "cost"})
    "'elegibility' (did you mean 'eligibility'?)"
    """
    close = get_close_matches(name, sorted(known), n=1)
    return f"{name!r} (did you mean {close[0]!r}?)" if close else repr(name)


def shown(value: Any) -> str:
    """Return a value of the file as a reader knows it: tables and lists by their kind, the rest as written, cut where long."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, (list, tuple)):
        return "a list" if value else "an empty list"
    if isinstance(value, bool):
        return str(value).lower()
    text = value.isoformat() if isinstance(value, (dt.date, dt.time)) else _written(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _written(value: Any) -> str:
    # more digits than Python turns into text
    if isinstance(value, int) and value.bit_length() > 4 * _LONGEST_SHOWN:
        return f"an integer of {value.bit_length()} bits"
    return repr(value)


def _line(path: KeyPath, lines: Mapping[KeyPath, int]) -> int:
    while path not in lines:
        path = path[:-1]
    return lines[path]


def _place(path: KeyPath, document: Any) -> str:
    """Name the items of lists by their own id or name where they have one."""
    parts: list[str] = []
    here = document
    for part in path:
        here = _inside(here, part)
        parts.append(_own_name(here) or f"{part + 1}" if isinstance(part, int) else part)
    return ".".join(parts) or "the file"


def _inside(value: Any, part: str | int) -> Any:
    try:
        return value[part]
    except (KeyError, IndexError, TypeError):
        return None


def _own_name(item: Any) -> str | None:
    """Return what the file calls an item of a list."""
    if not isinstance(item, Mapping):
        return None
    names = (item.get(key) for key in ("id", "name", "role", "type", "stage"))
    return next((name for name in names if isinstance(name, str)), None)
