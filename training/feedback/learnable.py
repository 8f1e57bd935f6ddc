"""What may be learned of what was said: nothing that cannot be true, nobody too loud, and nobody odd before an admin looked.

Never learned: an answer to an offer that was never presented, and anything said to happen after it was known or before it was
decided. With at least `FEW_SOURCES` sources none weighs more than `MOST_SHARE` of what is learned from. With fewer, a source
above `EQUAL_SHARES` equal shares whose acceptance rate stands out is held: its rows count for nothing until an admin lets them
through (`releases`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from features.at_risk.events import NEVER, IntArray
from features.times import SECOND, Timestamp
from models.rows import BoolArray, FloatArray
from training.feedback.releases import Release
from training.feedback.rows import UNSOURCED, Feedback
from training.feedback.standing_out import Told, compared

FEW_SOURCES = 40
MOST_SHARE = 0.05
EQUAL_SHARES = 3.0
FALSE_ALARMS = 0.01
"""The chance that any honest source is held, all sources taken together (Bonferroni)."""

_CLOCKS_APART = 60 * SECOND  # what the service lets pass as "now"


@dataclass(frozen=True)
class HeldSource:
    """A source whose rows are not learned until an admin releases it.

    `rows` of it are held, `share` of all that were shown. `accepted_share` beside `expected_share`, the others' on the same
    offers; `chance`: how often an honest source is so far off, `limit` the chance below which one is held.
    """

    source: str
    rows: int
    share: float
    accepted_share: float
    expected_share: float
    chance: float
    limit: float


@dataclass(frozen=True)
class Learnable:
    """How much each row weighs in training (0: never learned, 1: in full), and why.

    `never_presented`, `from_the_future`, `before_decided`: rows by why they cannot be true, each counted once, in this order.
    `capped`: sources that weigh less than their rows, with what each row of theirs weighs. `sources`: how many there are.
    """

    weights: FloatArray
    sources: int
    held: tuple[HeldSource, ...]
    capped: Mapping[str, float]
    never_presented: int
    from_the_future: int
    before_decided: int

    @property
    def untrue(self) -> int:
        """Return how many rows cannot be true."""
        return self.never_presented + self.from_the_future + self.before_decided


def learnable(feedback: Feedback, *, until: Timestamp, releases: Iterable[Release] = ()) -> Learnable:
    """Return the weight of every row of feedback known until a moment.

    Rows without a source were imported by an operator: they are believed, and count for the others' rates.
    """
    never, future, early = _untrue(feedback, until)
    believed = ~(never | future | early)
    crowd = _Crowd.of(feedback, believed)
    held = tuple(crowd.held(_released(feedback, releases))) if crowd.sources < FEW_SOURCES else ()
    capped = crowd.caps() if crowd.sources >= FEW_SOURCES else {}
    weights = believed.astype(np.float64)
    for each in held:
        weights[crowd.rows_of(each.source) & ~_released(feedback, releases)] = 0.0
    for source, weight in capped.items():
        weights[crowd.rows_of(source) & believed] = weight
    counts = [int(mask.sum()) for mask in (never, future & ~never, early & ~never & ~future)]
    return Learnable(weights, crowd.sources, held, capped, *counts)


def _untrue(feedback: Feedback, until: Timestamp) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Find answers to what was never presented, and moments after they were known or before the decision.

    A row known at the very moment of its decision is history whose import declared so: what became of it came later.
    """
    answered, shown = feedback.answered_at < NEVER, feedback.shown_at < NEVER
    known = np.where(feedback.known_at == feedback.decided_at, until, feedback.known_at) + _CLOCKS_APART
    future = np.zeros(len(feedback), dtype=np.bool_)
    for moments in feedback.moments.values():
        future |= (moments < NEVER) & (moments > known)
    early = (feedback.shown_at < feedback.decided_at) | (feedback.answered_at < feedback.decided_at)
    return answered & ~shown, future, early


def _released(feedback: Feedback, releases: Iterable[Release]) -> BoolArray:
    """Find the rows an admin has let through: those of the source that were known by then, and no later ones."""
    released = np.zeros(len(feedback), dtype=np.bool_)
    for each in releases:
        released |= (feedback.sources == each.source) & (feedback.known_at <= each.at)
    return released


@dataclass(frozen=True)
class _Crowd:
    """Everybody who says something: names by code (`UNSOURCED` among them), the code of each row, and which rows are judged."""

    feedback: Feedback
    names: tuple[str, ...]
    codes: IntArray
    judged: BoolArray

    @classmethod
    def of(cls, feedback: Feedback, believed: BoolArray) -> _Crowd:
        names, codes = np.unique(feedback.sources, return_inverse=True)
        return cls(feedback, tuple(names.tolist()), codes.astype(np.int64), believed & (feedback.shown_at < NEVER))

    @property
    def sources(self) -> int:
        """Return how many sources have rows that count."""
        return int((self.counts() > 0).sum())

    def counts(self, *, without: BoolArray | None = None) -> IntArray:
        """Return the judged rows of each source; none for what has no source."""
        rows = self.judged if without is None else self.judged & ~without
        counts = np.bincount(self.codes[rows], minlength=len(self.names))
        return np.array([0 if name == UNSOURCED else rows for name, rows in zip(self.names, counts, strict=True)], np.int64)

    def rows_of(self, source: str) -> BoolArray:
        """Return which rows are a source's."""
        return np.asarray(self.codes == self.names.index(source))

    def held(self, released: BoolArray) -> Iterator[HeldSource]:
        """Give who stands out, the farthest off first; each is left out before the rest is looked at again."""
        out = np.zeros(len(self.codes), dtype=np.bool_)
        while (worst := self._worst(out, released)) is not None:
            yield worst
            out |= self.rows_of(worst.source) & ~released

    def _worst(self, out: BoolArray, released: BoolArray) -> HeldSource | None:
        total = int((self.judged & ~out).sum())
        sources = int((self.counts(without=out) > 0).sum())
        loud = [
            code
            for code, rows in enumerate(self.counts(without=out | released).tolist())
            if rows > EQUAL_SHARES * total / max(sources, 1)
        ]
        seen = [self._beside(code, out=out, released=released) for code in loud]
        odd = [each for each in seen if each.chance < each.limit]
        return min(odd, key=lambda each: (each.chance, -each.rows, each.source), default=None)

    def _beside(self, code: int, *, out: BoolArray, released: BoolArray) -> HeldSource:
        own = self.codes == code
        rows = self.judged & ~out
        # rows of the source that an admin let through are neither its own nor the others'
        rows &= ~(own & released)
        told = Told(self.codes[rows], self.feedback.kinds[rows], self.feedback.accepted[rows])
        found, count = compared(told, code), int((rows & own).sum())
        share = count / int((self.judged & ~out).sum())
        limit = FALSE_ALARMS / self.sources
        return HeldSource(self.names[code], count, share, found.accepted_share, found.expected_share, found.chance, limit)

    def caps(self) -> dict[str, float]:
        """Return what a row weighs of each source that would weigh more than `MOST_SHARE` of all."""
        counts = self.counts()
        unsourced = int(self.judged.sum() - counts.sum())
        most = _most_rows(np.sort(counts[counts > 0]).astype(np.float64), unsourced)
        return {self.names[code]: most / count for code, count in enumerate(counts.tolist()) if count > most}


def _most_rows(counts: FloatArray, others: int) -> float:
    """Return the rows a source may count for, so that the loudest has `MOST_SHARE` of the sum; `counts` rise.

    >>> _most_rows(np.array([1.0] * 39 + [1000.0]), 0)
    2.0526315789473686
    """
    below = np.concatenate([[0.0], np.cumsum(counts)]) + others
    for loud in range(len(counts) + 1):
        rest = below[len(counts) - loud]
        most = MOST_SHARE * rest / (1 - MOST_SHARE * loud) if MOST_SHARE * loud < 1 else np.inf
        if loud == len(counts) or counts[len(counts) - loud - 1] <= most:
            return float(most)
    return float("inf")
