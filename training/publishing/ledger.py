"""What was live when, and why: an append-only file with one line for every time the pointer moved.

`live.json` moves first, its line follows. A kill between the two would lose the line, so the line is set down as *pending* before
the move: whoever comes next finds it, and appends it if the pointer did move. A line cut short by a kill is dropped the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from features.append_only import append_line, whole_lines
from features.errors import Damaged
from features.home import Home
from features.times import Timestamp
from features.write_once import replace_file
from models.bundle import Live, PointerDamaged, read_live, write_live
from training.gates.result import GateResult

Action: TypeAlias = Literal["promote", "rollback", "score", "company"]


class LedgerUnreadable(Damaged):
    """A whole line of the ledger is not what this project writes."""


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
    pending = _pending_entry(home)
    return entries if pending is None else [*entries, pending]


def live_at(home: Home, moment: Timestamp) -> LedgerEntry | None:
    """Return what was live at a moment: the newest move at or before it; None if there was none yet."""
    entries = [entry for entry in read_ledger(home) if entry.at <= moment]
    return entries[-1] if entries else None


def predecessor(entries: Iterable[LedgerEntry], model: str, *, above: str) -> str | None:
    """Return the model that a rollback from `above` goes back to; None where there is none.

    A promotion puts a model on top, a rollback takes it off again, so two rollbacks go back twice. Where `above` is not yet
    on top (it is about to be promoted), what is on top is its predecessor.
    """
    stack = _stack(entries, model)
    below = stack[:-1] if stack[-1:] == [above] else stack
    return below[-1] if below else None


def last_live(entries: Iterable[LedgerEntry], model: str, sha: str) -> Live:
    """Return what was live when a model last was, which some entry must name."""
    return [entry.live for entry in entries if entry.models.get(model) == sha][-1]


def standing_waiver(entries: Sequence[LedgerEntry], model: str, about: Collection[str]) -> str | None:
    """Return the waiver written when a model of this name last went live, if it was about these groups; None if there is none.

    What was found right stays right until another group is overlooked.
    """
    promoted = [entry for entry in entries if entry.model == model and entry.action == "promote"]
    if not promoted or promoted[-1].waiver is None:
        return None
    waived = {group for gate in promoted[-1].gates if gate.waivable for group in gate.about}
    return promoted[-1].waiver if about and set(about) <= waived else None


def last_promotion(entries: Iterable[LedgerEntry], model: str, sha: str) -> LedgerEntry | None:
    """Return the newest promotion of exactly this model; None if it was never promoted."""
    promotions = [entry for entry in entries if entry.action == "promote" and entry.model == model and entry.models[model] == sha]
    return promotions[-1] if promotions else None


def taken_off(entries: Sequence[LedgerEntry], model: str, sha: str) -> LedgerEntry | None:
    """Return the move that took a model off where one that meant this very model did; None if it is live or never was.

    A model that left because the company file came to ask another question was not taken off.
    """
    live = [place for place, entry in enumerate(entries) if entry.models.get(model) == sha]
    after = entries[live[-1] + 1 :] if live else []
    return after[0] if after and after[0].model == model else None


def move_live(home: Home, entry: LedgerEntry) -> None:
    """Make the entry's live state the live one and write it down. The caller holds the publishing lock."""
    settle(home)
    replace_file(_pending_path(home), msgspec.json.encode(entry))
    write_live(home, entry.live)
    settle(home)


def settle(home: Home) -> None:
    """Finish what a kill interrupted: append the pending line if the pointer moved, and forget it either way.

    A damaged pointer is written again from the newest line, since every publication reads it and none could mend it otherwise.
    """
    _mend_pointer(home)
    pending = _pending_entry(home)
    if pending is not None:
        append_line(home.ledger, msgspec.json.encode(pending, order="sorted"))
    _pending_path(home).unlink(missing_ok=True)


def _mend_pointer(home: Home) -> None:
    try:
        read_live(home)
    except PointerDamaged:
        lines = whole_lines(home.ledger)
        if not lines:
            raise
        write_live(home, _read_line(home, len(lines), line=lines[-1]).live)


def _stack(entries: Iterable[LedgerEntry], model: str) -> list[str]:
    stack: list[str] = []
    for entry in entries:
        if entry.model != model:
            continue
        if entry.action == "rollback":
            stack = stack[:-1]
        elif not stack or stack[-1] != entry.models[model]:
            stack = [*stack, entry.models[model]]
    return stack


def _pending_path(home: Home) -> Path:
    return home.ledger.with_suffix(".pending")


def _pending_entry(home: Home) -> LedgerEntry | None:
    """Return the pending line if the pointer moved to what it says and the ledger lacks it."""
    path = _pending_path(home)
    if not path.exists():
        return None
    line = path.read_bytes()
    pending = _decode(line, f"{path.name} holds no entry")
    lines = whole_lines(home.ledger)
    written = bool(lines) and _decode(lines[-1], f"{home.ledger.name} ends in no entry") == pending
    return pending if read_live(home) == pending.live and not written else None


def _read_line(home: Home, number: int, *, line: bytes) -> LedgerEntry:
    return _decode(line, f"line {number} of {home.ledger.name} is none")


def _decode(line: bytes, found: str) -> LedgerEntry:
    try:
        return msgspec.json.decode(line, type=LedgerEntry)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LedgerUnreadable(f"needed a ledger entry: {found} ({error}); restore the ledger from a backup") from error
