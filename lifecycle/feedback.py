"""Who says what became of offers, and who is held: `lifecycle policy feedback`, by which an admin lets a source through."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

import typer

from features.errors import AttentionNeeded, Forbidden
from lifecycle.console import JsonFlag, emit

if TYPE_CHECKING:
    from features.times import Timestamp
    from lifecycle.settings import Settings
    from training.feedback import FeedbackState

_Source = Annotated[str | None, typer.Option("--release", help="Let what this held source said until now be learned.")]
_Reason = Annotated[str, typer.Option(help="Why it may be learned; recorded with the id of the admin's key.")]


class SourceHeld(AttentionNeeded):
    """Feedback of some source is not learned until an admin has looked at it."""


class AdminNeeded(Forbidden):
    """A source was to be released without an admin's key."""


def feedback(release: _Source = None, reason: _Reason = "", as_json: JsonFlag = False) -> None:
    """Show who says what became of offers, and who is held (exit code 9); `--release` needs an admin's LIFECYCLE_ADMIN_KEY."""
    from lifecycle.settings import Settings
    from training.feedback import feedback_state

    settings, now = Settings(), _now()
    if release is not None:
        _release(settings, release, reason=reason, now=now)
    state = feedback_state(settings.home, until=now + 1)  # a release of this very moment counts
    emit(_as_json(state), feedback_text(state), as_json=as_json)
    if state.found.held:
        names = ", ".join(held.source for held in state.found.held)
        raise SourceHeld(f"held, and not learned: {names}; look, then `lifecycle policy feedback --release SOURCE --reason TEXT`")


def feedback_text(state: FeedbackState) -> str:
    """Return the sources, the loudest first, and what is left out, for a person."""
    found = state.found
    head = f"{state.rows:,} rows of feedback from {found.sources} sources"
    lines = [
        f"  {'HELD  ' if line.held else '      '}{line.source:<40}{line.shown:>9,} shown  {line.accepted:>9,} accepted  "
        f"weight {line.weight:,.0f}"
        for line in state.lines
    ]
    untrue = (
        f"Never learned: {found.never_presented:,} answers to what was never presented, {found.from_the_future:,} rows from the "
        f"future, {found.before_decided:,} from before the decision"
    )
    released = [f"  released {each.source} by the admin of key {each.admin}: {each.reason}" for each in state.releases]
    return "\n".join([head, *lines, untrue, *released])


def _release(settings: Settings, source: str, *, reason: str, now: Timestamp) -> None:
    from lifecycle.admin import admin_of
    from training.feedback import Release, release_source

    admin = admin_of(settings, now=now)
    if admin is None:
        raise AdminNeeded("needed an API key of scope admin in LIFECYCLE_ADMIN_KEY to release a source, found none")
    release_source(settings.home, Release(source, now, admin, reason))


def _as_json(state: FeedbackState) -> dict[str, Any]:
    import msgspec

    found = state.found
    parts = {
        "rows": state.rows,
        "sources": found.sources,
        "never_presented": found.never_presented,
        "from_the_future": found.from_the_future,
        "before_decided": found.before_decided,
        "held": found.held,
        "capped": found.capped,
        "lines": state.lines,
        "releases": state.releases,
    }
    body: dict[str, Any] = msgspec.to_builtins(parts)
    return body


def _now() -> Timestamp:
    from features.times import to_timestamp

    return to_timestamp(dt.datetime.now(dt.UTC))
