"""What was live when, as it was written down: the lines of an append-only file, one for every time the pointer moved.

`models.bundle.pointer` writes them. A move that was interrupted between pointer and line stands in a pending file, and counts
if the pointer did move.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from features.append_only import whole_lines
from features.home import Home
from features.times import Timestamp
from models.bundle.live import Live
from models.bundle.pointer import decoded, pending_line

Verdict: TypeAlias = Literal["passed", "held", "refused"]
Action: TypeAlias = Literal["promote", "rollback", "score", "company", "erase"]


@dataclass(frozen=True)
class GateResult:
    """One gate's verdict: the figure found, the limit it was held against, and the reason in words.

    `absolute` gates guard what serving relies on; no override opens them. `waivable`: a written waiver opens it. `about`: the
    groups that a refusal is about.
    """

    name: str
    verdict: Verdict
    figure: str
    limit: str
    reason: str
    absolute: bool = False
    waivable: bool = False
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class LedgerEntry:
    """One move of the pointer: when, what moved it, what is live since, and why.

    `models` names the model of each question in the bundle; `model` is the one promoted or rolled back, None for other actions.
    `override` is the reason given where a gate had not passed, `admin` the id of the key of who gave it, and `waiver` why a
    segment below the four-fifths rule is right.
    """

    at: Timestamp
    action: Action
    live: Live
    models: dict[str, str]
    model: str | None = None
    run_id: str | None = None
    override: str | None = None
    admin: str | None = None
    waiver: str | None = None
    gates: list[GateResult] = field(default_factory=list)


def read_ledger(home: Home) -> list[LedgerEntry]:
    """Return every move, oldest first; none where nothing was ever live.

    Raises
    ------
    LedgerUnreadable
        Naming the line that was changed by something else.
    """
    entries = [_read_line(home, number, line=line) for number, line in enumerate(whole_lines(home.ledger), start=1)]
    pending = pending_line(home)
    return entries if pending is None else [*entries, _read_line(home, len(entries) + 1, line=pending)]


def live_at(home: Home, moment: Timestamp) -> LedgerEntry | None:
    """Return what was live at a moment: the newest move at or before it; None if there was none yet."""
    entries = [entry for entry in read_ledger(home) if entry.at <= moment]
    return entries[-1] if entries else None


def _read_line(home: Home, number: int, *, line: bytes) -> LedgerEntry:
    return decoded(line, LedgerEntry, f"line {number} of {home.ledger.name} is none")
