"""What did the SELECTs of a mapping give: rows by source, rows read and left out, findings, or everything that went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pyarrow as pa

from features.errors import InvalidInput

Result = TypeVar("Result")


class ImportFailed(InvalidInput):
    """The data are not there, or are not what the mapping expects; nothing was imported."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        listed = "\n".join(f"  {fault}" for fault in faults)
        super().__init__(f"the data do not fit the mapping; nothing was imported\n{listed}")


class SelectFailed(Exception):
    """One SELECT cannot be run, or does not give what its part of the mapping needs; caught where all faults are gathered."""


@dataclass(frozen=True)
class Finding:
    """Something a mapping counts in the data because a reader should know: so many rows, of so many."""

    name: str
    text: str
    count: int
    of: int


@dataclass(frozen=True)
class Selection:
    """Rows of each table read (`raw`), raw rows left out by reason, findings, and the rows each source's SELECT gave."""

    raw: Mapping[str, int]
    left_out: Mapping[str, int]
    findings: tuple[Finding, ...]
    tables: Mapping[str, pa.Table]


def for_each(names: Iterable[str], *, part: str, act: Callable[[str], Result]) -> dict[str, Result]:
    """Act on every name of a part of the mapping, then complain of all that failed at once.

    Raises
    ------
    ImportFailed
        If any raised `SelectFailed`.
    """
    results, faults = {}, []
    for name in names:
        try:
            results[name] = act(name)
        except SelectFailed as failed:
            faults.append(f"{part}.{name}: {failed}")
    if faults:
        raise ImportFailed(faults)
    return results


def whole_numbers(rows: Sequence[Sequence[object]], *, count: int) -> list[int]:
    """Return the numbers of a SELECT that gives one row of `count` whole numbers.

    >>> whole_numbers([(3, 4)], count=2)
    [3, 4]
    """
    found = [value for row in rows for value in row if isinstance(value, int)]
    if len(rows) != 1 or len(rows[0]) != count or len(found) != count:
        columns = len(rows[0]) if rows else 0
        raise SelectFailed(
            f"needs one row of {count} whole number{'s' * (count > 1)}, found {len(rows)} rows of {columns} columns"
        )
    return found
