"""What seals an entry of the audit: the hash of its content, of its position, and of the seal before it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Row

from features.home import Home
from features.write_once import SealBroken, replace_file, sealed, unsealed

BEGINNING = "0" * 64
"""What stands for the seal before the first."""

CONTENT = ("at", "request_id", "caller_id", "role", "route", "subject", "status")

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Head:
    """The newest seal, and how many entries are sealed."""

    count: int = 0
    digest: str = BEGINNING


def seal_of(entry: Row[Any], *, position: int, previous: str) -> str:
    """Return the seal of an entry at a position behind the seal `previous`."""
    content = [getattr(entry, name) for name in CONTENT]
    return hashlib.sha256(_encode([position, previous, content])).hexdigest()


def read_head(home: Home) -> Head | None:
    """Return the head kept outside the database; None where there is none.

    Raises
    ------
    SealBroken
        If the file is not what was written.
    """
    try:
        body = unsealed((home.root / "audit-head.json").read_bytes())
    except FileNotFoundError:
        return None
    try:
        return Head(**body)
    except TypeError as error:
        raise SealBroken("audit-head.json is not what was written") from error


def write_head(home: Home, head: Head) -> None:
    """Keep the head outside the database, in one step."""
    replace_file(home.root / "audit-head.json", sealed(vars(head)))
