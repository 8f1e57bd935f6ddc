"""What was told of one thing that happened: versions of its row, and what of them is known at a moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from features.contracts.sources import SOURCES, Column, Kind, Source
from features.times import Timestamp, parse_time, to_timestamp

Cell: TypeAlias = str | float | bool | list[str] | None
"""What stands in a column; a time is a `Timestamp`, which counts as a number here."""


@dataclass(frozen=True)
class Version:
    """One version of a row of a source: its cells by name, times in microseconds."""

    source: str
    cells: Mapping[str, Cell]

    @property
    def known_at(self) -> Timestamp:
        """Return from when on this version was known."""
        return self.time("known_at")

    @property
    def at(self) -> Timestamp:
        """Return when the thing happened."""
        return self.time(SOURCES[self.source].time)

    @property
    def id(self) -> str:
        """Return the id of the row."""
        return str(self.cells[SOURCES[self.source].key])

    def time(self, name: str) -> Timestamp:
        """Return a time that every row has."""
        found = self.cells[name]
        if not isinstance(found, int):
            raise TypeError(f"needed a time in {self.source}.{name}, found {type(found).__name__}")
        return found


def version_of(source: str, row: Mapping[str, object]) -> Version:
    """Return a version from a row of any form: times as moments, datetimes or ISO text; what is not declared is left out."""
    return Version(source, {column.name: _cell(column, row.get(column.name)) for column in SOURCES[source].delivered})


def standing(versions: Iterable[Version], as_of: Timestamp) -> list[Version]:
    """Return of each row the newest version known before `as_of`, if it had happened by then; the newest thing first.

    Of two versions of one moment the first given stands.
    """
    newest: dict[tuple[str, str], Version] = {}
    for version in versions:
        key = (version.source, version.id)
        if version.known_at < as_of and (key not in newest or newest[key].known_at < version.known_at):
            newest[key] = version
    found = [version for version in newest.values() if version.at < as_of]
    return sorted(found, key=place, reverse=True)


def place(version: Version) -> tuple[Timestamp, str, str]:
    """Return by what versions are ordered: when it happened, source and id."""
    return (version.at, version.source, version.id)


def known_cells(version: Version, as_of: Timestamp) -> dict[Column, Cell]:
    """Return the cells that are known at a moment, without those that name the row: who, since when, its id and its time."""
    source = SOURCES[version.source]
    apart = {"customer_id", "known_at", source.key, source.time}
    found = {column: version.cells[column.name] for column in source.delivered if column.name not in apart}
    return {column: cell for column, cell in found.items() if cell is not None and _is_known(version, column, as_of)}


def _is_known(version: Version, column: Column, as_of: Timestamp) -> bool:
    """Whether a cell is known: a time once it has come, any other once the time it is known with has."""
    if column.kind is not Kind.TIME and column.known_with is None:
        return True
    since = version.cells[column.known_with or column.name]
    if since is None and column.known_with == _source(version).stamped:
        since = version.known_at
    return isinstance(since, int) and since < as_of


def _source(version: Version) -> Source:
    return SOURCES[version.source]


def _cell(column: Column, found: object) -> Cell:
    if found is None or column.kind is not Kind.TIME:
        return found  # type: ignore[return-value]  # of the kind its contract says
    if isinstance(found, dt.datetime):
        return to_timestamp(found)
    return parse_time(found) if isinstance(found, str) else int(found)  # type: ignore[call-overload]
