"""Which held sources did an admin let through, when and why: an append-only file below the home, one line a release."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from features.append_only import append_line, whole_lines
from features.errors import Conflict, Damaged, InvalidInput
from features.home import Home
from features.lock import only_one
from features.times import Timestamp

_LONGEST_REASON = 2000


class ReleasesUnreadable(Damaged):
    """A whole line of the releases is not what this project writes."""


class ReleaseWithoutReason(InvalidInput):
    """A source was to be released without saying why."""


class ReleaseLocked(Conflict):
    """Another process is releasing a source."""


@dataclass(frozen=True)
class Release:
    """What a source said until `at` may be learned; `admin` is the id of the key of who looked at it, `reason` what they found.

    What the same source says later is judged anew.
    """

    source: str
    at: Timestamp
    admin: str
    reason: str


def read_releases(home: Home) -> tuple[Release, ...]:
    """Return every release, oldest first.

    Raises
    ------
    ReleasesUnreadable
        Naming the line that was changed by something else.
    """
    lines = enumerate(whole_lines(_path(home)), start=1)
    return tuple(_read_line(home, number, line=line) for number, line in lines)


def release(home: Home, done: Release) -> None:
    """Write a release down.

    Raises
    ------
    ReleaseWithoutReason
        If it does not say why.
    """
    if not 0 < len(done.reason.strip()) <= _LONGEST_REASON:
        raise ReleaseWithoutReason(
            f"needed a reason of 1 to {_LONGEST_REASON} characters for releasing a source, found {len(done.reason.strip())}; "
            "say what you looked at: --reason TEXT"
        )
    with only_one(_path(home).with_suffix(".lock"), _locked):
        append_line(_path(home), msgspec.json.encode(done, order="sorted"))


def _path(home: Home) -> Path:
    return home.root / "feedback_releases.jsonl"


def _locked(holder: str) -> ReleaseLocked:
    return ReleaseLocked(f"a source is being released by {holder}; nothing was changed: run this again in a moment")


def _read_line(home: Home, number: int, *, line: bytes) -> Release:
    try:
        return msgspec.json.decode(line, type=Release)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReleasesUnreadable(
            f"needed a release: line {number} of {_path(home).name} is none ({error}); restore the file from a backup"
        ) from error
