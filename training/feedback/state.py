"""How does the feedback of an installation stand: its sources, who is held, what cannot be true, and what was released."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from features.at_risk.events import NEVER
from features.errors import Conflict, NotFound
from features.home import Home
from features.log.store import EventLog
from features.quality.wording import counted
from features.reports.monitor import Finding
from features.times import Timestamp
from training.feedback.learnable import HeldSource, Learnable, learnable
from training.feedback.releases import Release, read_releases, release
from training.feedback.rows import UNSOURCED, Feedback, read_feedback

IMPORTED = "imported"
"""What rows without a source are called: an operator imported them."""


class UnknownSource(NotFound):
    """Nobody of that name ever said anything here."""


class NotHeld(Conflict):
    """A source that is not held was to be released."""


@dataclass(frozen=True)
class SourceLine:
    """One source: the rows that were shown, how many of them accepted, how many count, and with what weight together."""

    source: str
    shown: int
    accepted: int
    weight: float
    held: bool


@dataclass(frozen=True)
class FeedbackState:
    """The feedback known at a moment, `rows` of it; `lines` are its sources, the loudest first."""

    rows: int
    found: Learnable
    lines: tuple[SourceLine, ...]
    releases: tuple[Release, ...]


def feedback_state(home: Home, *, until: Timestamp) -> FeedbackState:
    """Return how feedback stands at a moment; releases of later do not count."""
    feedback = read_feedback(EventLog.open(home), until=until)
    releases = tuple(each for each in read_releases(home) if each.at <= until)
    found = learnable(feedback, until=until, releases=releases)
    return FeedbackState(len(feedback), found, tuple(_lines(feedback, found)), releases)


def release_source(home: Home, done: Release) -> HeldSource:
    """Let a held source's rows be learned that were known by the release, and return how it stood.

    Raises
    ------
    UnknownSource, NotHeld
        If there is nothing to release.
    ReleaseWithoutReason
        If it does not say why.
    """
    state = feedback_state(home, until=done.at)
    held = {each.source: each for each in state.found.held}
    if done.source not in {line.source for line in state.lines}:
        raise UnknownSource("needed the name of a source, found none of that name; `lifecycle policy feedback` lists them all")
    if done.source not in held:
        raise NotHeld(f"needed a source that is held ({', '.join(held) or 'none is'}), found {done.source}; nothing to release")
    release(home, done)
    return held[done.source]


def findings_of_feedback(state: FeedbackState) -> Iterator[Finding]:
    """Tell who is held, which somebody must look at, and what was left out for good, which is to be known."""
    yield from map(_held, state.found.held)
    untrue = (
        ("answers to offers that were never presented", state.found.never_presented),
        ("rows that say what happened after they were known", state.found.from_the_future),
        ("rows that say what happened before the decision", state.found.before_decided),
    )
    for text, rows in untrue:
        if rows:
            advice = "they are never learned; see who sends them: the rows stand in the log's `offers`"
            yield Finding("note", "feedback", "offers", f"{rows:,} {text}", "rows that cannot be true", rows, 0, advice)
    for source, weight in state.found.capped.items():
        text = f"louder than a source may be among {state.found.sources}: each of its rows counts for {weight:.2g}"
        yield Finding(
            "note", "feedback", source, text, "weight of a row", weight, 1, "nothing: it is kept below the share by itself"
        )


def _held(held: HeldSource) -> Finding:
    return Finding(
        level="alarm",
        section="feedback",
        about=held.source,
        text=f"{counted(held.rows, 'row')} ({held.share:.0%} of all shown) held: {held.accepted_share:.1%} accepted where "
        f"{held.expected_share:.1%} are to be expected",
        measure="chance of an honest source so far off",
        figure=held.chance,
        limit=held.limit,
        advice="look at what it did; `lifecycle policy feedback --release SOURCE --reason TEXT` lets the rows be learned",
    )


def _lines(feedback: Feedback, found: Learnable) -> Iterator[SourceLine]:
    shown, held = feedback.shown_at < NEVER, {each.source for each in found.held}
    names, codes = np.unique(feedback.sources, return_inverse=True)
    counts = {
        "shown": np.bincount(codes, shown, minlength=len(names)),
        "accepted": np.bincount(codes, shown & feedback.accepted, minlength=len(names)),
        "weight": np.bincount(codes, found.weights, minlength=len(names)),
    }
    for code in np.argsort(-counts["shown"], kind="stable").tolist():
        name = str(names[code])
        told = {what: each[code] for what, each in counts.items()}
        yield SourceLine(
            IMPORTED if name == UNSOURCED else name,
            int(told["shown"]),
            int(told["accepted"]),
            float(told["weight"]),
            name in held,
        )
