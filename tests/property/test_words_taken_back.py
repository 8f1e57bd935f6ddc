"""Telling and taking back in any order: what stands is what would stand had the words taken back never been told."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from serving.deciding.progress import TOLD, WITHDRAWN, OutcomeContradicts, Progress, Report, progressed, standing_words


class Word(NamedTuple):
    """A word as it is kept, and how the offer stood after it."""

    told: str
    after: Progress


STEPS = st.lists(st.sampled_from([*TOLD, WITHDRAWN]), max_size=25)


def kept(steps: list[str]) -> list[Word]:
    """Tell and take back, as the database keeps it: what cannot follow is refused, and of nothing nothing is taken back."""
    words: list[Word] = []
    for moment, step in enumerate(steps, start=1):
        standing = standing_words(words)
        now = standing[-1].after if standing else Progress(0)
        if step == WITHDRAWN:
            before = standing[-2].after if len(standing) > 1 else Progress(0)
            words += [Word(WITHDRAWN, before)] if standing else []
        elif not now.has_heard(step):
            try:
                words.append(Word(step, progressed(now, Report(step, moment))))
            except OutcomeContradicts:
                continue
    return words


@given(STEPS)
def test_what_was_taken_back_leaves_no_trace_in_the_state(steps: list[str]) -> None:
    words = kept(steps)

    standing = [word.told for word in standing_words(words)]
    now = words[-1].after if words else Progress(0)
    alone = Progress(0)
    for word in standing_words(words):
        alone = progressed(alone, Report(word.told, word.after.latest))
    assert (now.state, now.shown_at, now.outcome_at, now.heard) == (alone.state, alone.shown_at, alone.outcome_at, alone.heard)
    assert now.heard == frozenset(standing)


@given(STEPS)
def test_everything_told_can_be_taken_back_to_the_beginning(steps: list[str]) -> None:
    words = kept(steps)

    undone = kept([*steps, *[WITHDRAWN] * len(words)])

    assert standing_words(undone) == []
    assert not undone or undone[-1].after == Progress(0)
