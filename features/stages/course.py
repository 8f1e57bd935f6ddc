"""What do winners become over time: the stage a customer stands in at each checkpoint, without flicker and without recursion.

Checkpoints are the Mondays 00:00 UTC strictly before `as_of`, and `as_of` itself as the last. A stage asks for two looks: at a
checkpoint the customer stands in its winner if that stage is `immediate` or also won the checkpoint before; otherwise in the
newest stage that won two successive Mondays of the last 104 weeks; if there is none, in the winner, *unconfirmed*.

A moment does not confirm itself: where `as_of` is a Monday 00:00, the newest Monday is the one a week before, so that a series
looked at on Mondays is as calm as one looked at on other days. A checkpoint at which the customer was not yet known has no
winner and confirms nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.company.business import StageSet
from features.stages.winners import NOT_SEEN, StageCodes
from features.times import WEEK, Timestamp, monday_at_or_before

WEEKS_LOOKED_BACK = 104
"""How old two successive wins may be and still count."""

WEEKS_KEPT = 130
"""How many Mondays a history goes back: the weeks looked back, and half a year of stays before them."""


_AT_ONCE = 10_000  # customers, so that positions take a few megabytes


@dataclass(frozen=True)
class Course:
    """The stages of some customers at successive checkpoints; both arrays are `[customer, checkpoint]`, the last is `as_of`.

    `confirmed` is False where nothing but the winner of that moment speaks for the stage.
    """

    stages: StageCodes
    confirmed: npt.NDArray[np.bool_]

    @property
    def now(self) -> StageCodes:
        """Return the current stage of each customer."""
        return self.stages[:, -1]

    @property
    def begins(self) -> npt.NDArray[np.int64]:
        """Return for each customer the checkpoint at which the present unbroken stay was first seen."""
        other = self.stages != self.stages[:, -1:]
        return np.where(other.any(axis=1), other.shape[1] - np.argmax(other[:, ::-1], axis=1), 0)


def checkpoints(as_of: Timestamp, *, weeks: int = WEEKS_KEPT) -> tuple[Timestamp, ...]:
    """Return the Mondays 00:00 UTC strictly before a moment, ascending: as many as a history goes back.

    >>> from features.times import format_time, parse_time
    >>> [format_time(monday)[:10] for monday in checkpoints(parse_time("2026-03-09"), weeks=2)]
    ['2026-02-23', '2026-03-02']
    """
    newest = monday_at_or_before(as_of - 1)
    return tuple(newest - WEEK * back for back in reversed(range(weeks)))


def course(winners: StageCodes, stage_set: StageSet) -> Course:
    """Return where customers stood at each checkpoint, from the winners `[customer, checkpoint]` of one set."""
    stages, confirmed = np.empty_like(winners), np.empty(winners.shape, np.bool_)
    for first in range(0, len(winners), _AT_ONCE):
        block = slice(first, first + _AT_ONCE)
        stages[block], confirmed[block] = _calmed(winners[block], stage_set)
    return Course(stages, confirmed)


def _calmed(winners: StageCodes, stage_set: StageSet) -> tuple[StageCodes, npt.NDArray[np.bool_]]:
    immediate = np.array([stage.immediate for stage in stage_set.stages])
    at, seen = np.arange(winners.shape[1]), winners != NOT_SEEN
    again = np.zeros(winners.shape, np.bool_)
    again[:, 1:] = (winners[:, 1:] == winners[:, :-1]) & seen[:, 1:]
    newest = np.maximum.accumulate(np.where(again, at, 0), axis=1)  # the checkpoint of the newest second win; 0 if none
    counts = (newest > 0) & (newest - 1 >= at - WEEKS_LOOKED_BACK) & seen
    at_once = immediate[winners] & seen
    twice = np.take_along_axis(winners, newest, axis=1)
    return np.where(counts & ~at_once, twice, winners), counts | at_once


def begun(begins: int, moments: Sequence[Timestamp]) -> Timestamp:
    """Return when a stay began that was first seen at checkpoint `begins` of `moments`: the checkpoint before.

    The stay began after that Monday, at which another stage stood or the customer was not yet known; for a stage that was
    confirmed by a second win, right after it. A stay seen at the first checkpoint began there or earlier.
    """
    return moments[max(begins - 1, 0)]
