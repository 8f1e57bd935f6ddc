"""What was live when, and why: an append-only file with one line for every time the pointer moved."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypeAlias

import msgspec

from features.home import Home
from models.bundle import Live
from models.bundle.ledger import Action, LedgerEntry, live_at, read_ledger
from models.bundle.pointer import move_pointer, settle

__all__ = [
    "Action",
    "BeforeMove",
    "LedgerEntry",
    "last_live",
    "last_promotion",
    "live_at",
    "move_live",
    "nothing_before",
    "predecessor",
    "read_ledger",
    "standing_waiver",
    "taken_off",
]

BeforeMove: TypeAlias = Callable[[Live], None]
"""What whoever serves wants to be done before the pointer moves to what is given."""


def nothing_before(live: Live) -> None:
    """Let the pointer move at once: nobody serves here, or nobody is fresh."""
    del live


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


def move_live(home: Home, entry: LedgerEntry, *, before: BeforeMove = nothing_before) -> None:
    """Make the entry's live state the live one and write it down. The caller holds the publishing lock.

    `before` is done when all that the pointer will lead to is stored; where it fails, the pointer stays.
    """
    settle(home)
    before(entry.live)
    move_pointer(home, entry.live, line=msgspec.json.encode(entry, order="sorted"))


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
