"""How does the live pointer move, and its line enter the ledger: by one holder of a lock, the line set down before the move.

`live.json` moves first, its line follows. A kill between the two would lose the line, so the line is set down as *pending* before
the move: whoever comes next finds it, and appends it if the pointer did move. A line cut short by a kill is dropped the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from features.append_only import append_line, whole_lines
from features.errors import Conflict, Damaged
from features.home import Home
from features.lock import in_turn
from features.times import Timestamp
from features.write_once import replace_file
from models.bundle.live import Live, PointerDamaged, read_live, write_live

Decoded = TypeVar("Decoded")


class PublishingLocked(Conflict):
    """Another process is about to move the live pointer."""


class LedgerUnreadable(Damaged):
    """A whole line of the ledger is not what this project writes."""


@dataclass(frozen=True)
class Move:
    """What every line of the ledger says, whatever else stands in it: when, what moved the pointer, and to what."""

    at: Timestamp
    action: str
    live: Live
    models: dict[str, str]


@contextmanager
def publishing_lock(home: Home, *, seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock of all that moves `live.json`; it dies with its holder. Wait so long at most for whoever holds it.

    Raises
    ------
    PublishingLocked
        If somebody holds it.
    """
    with in_turn(home.root / "publishing.lock", _locked, seconds=seconds):
        yield


def move_pointer(home: Home, live: Live, *, line: bytes) -> None:
    """Make this the live state and append its line to the ledger. The caller holds the publishing lock."""
    settle(home)
    replace_file(_pending_path(home), line)
    write_live(home, live)
    settle(home)


def settle(home: Home) -> None:
    """Finish what a kill interrupted: append the pending line if the pointer moved, and forget it either way.

    A damaged pointer is written again from the newest line, since every publication reads it and none could mend it otherwise.
    """
    _mend_pointer(home)
    pending = pending_line(home)
    if pending is not None:
        append_line(home.ledger, pending)
    _pending_path(home).unlink(missing_ok=True)


def pending_line(home: Home) -> bytes | None:
    """Return the pending line if the pointer moved to what it says and the ledger lacks it."""
    path = _pending_path(home)
    if not path.exists():
        return None
    line = path.read_bytes()
    pending = decoded(line, Move, f"{path.name} holds no entry")
    lines = whole_lines(home.ledger)
    written = bool(lines) and decoded(lines[-1], dict, f"{home.ledger.name} ends in no entry") == msgspec.json.decode(line)
    return line if read_live(home) == pending.live and not written else None


def newest_move(home: Home) -> Move | None:
    """Return the newest line of the ledger, without what only training knows to read; None where nothing was ever live."""
    lines = whole_lines(home.ledger)
    return decoded(lines[-1], Move, f"{home.ledger.name} ends in none") if lines else None


def decoded(line: bytes, kind: type[Decoded], found: str) -> Decoded:
    """Return a line of the ledger as what it is.

    Raises
    ------
    LedgerUnreadable
        If it is none.
    """
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LedgerUnreadable(f"needed a ledger entry: {found} ({error}); restore the ledger from a backup") from error


def _mend_pointer(home: Home) -> None:
    try:
        read_live(home)
    except PointerDamaged:
        newest = newest_move(home)
        if newest is None:
            raise
        write_live(home, newest.live)


def _pending_path(home: Home) -> Path:
    return home.ledger.with_suffix(".pending")


def _locked(holder: str) -> PublishingLocked:
    return PublishingLocked(
        f"predictions are being published by {holder}; nothing was changed: wait until it is done, then run this again"
    )
