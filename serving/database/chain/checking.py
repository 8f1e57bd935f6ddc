"""Was the audit changed since it was sealed: all of it walked, each edit, gap, exchange and cut named by its position."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Engine, Row, func, select

from features.home import Home
from features.write_once import SealBroken
from serving.database.chain.links import BEGINNING, CONTENT, Head, read_head, seal_of
from serving.database.tables import audit_entries
from serving.database.transactions import reading

PORTION = 5_000

_entry = audit_entries.c
_COLUMNS = [_entry[name] for name in ("position", *CONTENT, "previous", "digest")]


@dataclass(frozen=True)
class AuditCheck:
    """What the walk found: how many entries are sealed, how many wait to be, and every fault."""

    entries: int
    waiting: int
    faults: tuple[str, ...]


@dataclass(frozen=True)
class _Walk:
    """How far the walk has come: the head so far, the seal at the place of the kept head, what was wrong."""

    head: Head
    seal_at_kept: str = BEGINNING
    faults: list[str] = field(default_factory=list)


def check_audit(home: Home, engine: Engine) -> AuditCheck:
    """Walk the whole chain in portions, and compare its end with the head that is kept outside the database."""
    kept, unreadable = _kept_head(home)
    walk, entries = _Walk(Head()), 0
    for portion in _portions(engine):
        entries += len(portion)
        for row in portion:
            walk = _step(walk, row, kept)
    with reading(engine) as connection:
        waiting = connection.scalar(select(func.count()).where(_entry.position.is_(None))) or 0
    return AuditCheck(entries, waiting, (*walk.faults, *unreadable, *_faults_of_the_end(walk, kept, is_readable=not unreadable)))


def _portions(engine: Engine) -> Iterator[Sequence[Row[Any]]]:
    after = -(2**62)  # a position that nobody gives is a fault too
    while True:
        with reading(engine) as connection:
            query = select(*_COLUMNS).where(_entry.position > after).order_by(_entry.position).limit(PORTION)
            portion = connection.execute(query).all()
        if not portion:
            return
        yield portion
        after = portion[-1].position


def _step(walk: _Walk, row: Row[Any], kept: Head | None) -> _Walk:
    expected = walk.head.count + 1
    if row.position != expected:
        walk.faults.append(_gap(expected, row.position))
    if row.digest != seal_of(row, position=row.position, previous=row.previous or ""):
        walk.faults.append(f"entry {row.position} was changed: its content is not what was sealed")
    elif row.position == expected and row.previous != walk.head.digest:
        walk.faults.append(f"entry {row.position} does not follow entry {expected - 1}: one of them was put in its place later")
    is_kept = kept is not None and kept.count == row.position
    return replace(walk, head=Head(row.position, row.digest or ""), seal_at_kept=row.digest if is_kept else walk.seal_at_kept)


def _gap(expected: int, found: int) -> str:
    if found < expected:
        return f"an entry stands at position {found}, where there is none"
    return f"entry {expected} is missing" if found == expected + 1 else f"entries {expected} to {found - 1} are missing"


def _kept_head(home: Home) -> tuple[Head | None, list[str]]:
    try:
        return read_head(home), []
    except SealBroken:
        return None, ["audit-head.json is not what was written, so an end that was cut off could not be found"]


def _faults_of_the_end(walk: _Walk, kept: Head | None, *, is_readable: bool) -> list[str]:
    if kept is None:
        lost = is_readable and walk.head.count
        return ["audit-head.json is missing, so an end that was cut off could not be found"] if lost else []
    if kept.count > walk.head.count:
        return [f"the end is missing: entries {walk.head.count + 1} to {kept.count} were cut off"]
    if kept.digest != walk.seal_at_kept:
        return [f"entry {kept.count} has another seal than audit-head.json keeps: the chain was written anew at or before it"]
    return []
