"""Which ways to foresee money compete, and which wins: the lowest loss at past moments, where forecasting nothing wins nothing.

The rule was fixed before any result was seen. Each blend is graded by its mean absolute error plus the size of its mean error, at
each past moment by itself, so that too much in one season does not make up for too little in another; the mean over the moments
counts, each by its customers, at the main horizon. The absolute error alone is lowest for who forecasts too little, since half of
all customers may bring nothing. The lowest wins. A season joins it only if earlier seasons agree: at two past moments or more the
money of the same month a year before them was known, correcting by it would have lowered the loss over them by `WORTH_IT`, and
the total would have come nearer at most of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.rows import FloatArray

WORTH_IT = 0.01
FEWEST_SEASONS = 2

Members = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Blend:
    """The geometric mean of the members' gains; `anchored`: brought to the rhythm's total over everybody known that day."""

    members: Members
    anchored: bool = False

    @property
    def asks(self) -> set[str]:
        """Return the members that must have been fitted."""
        return {*dict(self.members), *(["rhythm"] if self.anchored else [])}


EVERY_MEMBER: Members = (("two_part", 0.25), ("tweedie", 0.25), ("rhythm", 0.25), ("recent", 0.25))
WITHOUT_RHYTHM: Members = (("two_part", 0.5), ("tweedie", 0.5))
_ALL_BUT_RECENT: Members = (("two_part", 0.35), ("tweedie", 0.3), ("rhythm", 0.35))

BLENDS: Mapping[str, Blend] = {
    "rhythm": Blend((("rhythm", 1.0),)),
    "two_part": Blend((("two_part", 1.0),)),
    "tweedie": Blend((("tweedie", 1.0),)),
    "two_part_rhythm": Blend((("two_part", 0.5), ("rhythm", 0.5))),
    "tweedie_rhythm": Blend((("tweedie", 0.5), ("rhythm", 0.5))),
    "two_part_tweedie": Blend(WITHOUT_RHYTHM),
    "two_part_tweedie_rhythm": Blend(_ALL_BUT_RECENT),
    "two_part_anchored": Blend((("two_part", 1.0),), anchored=True),
    "two_part_rhythm_anchored": Blend((("two_part", 0.5), ("rhythm", 0.5)), anchored=True),
    "two_part_tweedie_rhythm_anchored": Blend(_ALL_BUT_RECENT, anchored=True),
    "two_part_recent_anchored": Blend((("two_part", 0.5), ("recent", 0.5)), anchored=True),
    "two_part_tweedie_recent_anchored": Blend((("two_part", 0.35), ("tweedie", 0.3), ("recent", 0.35)), anchored=True),
}
"""What competes, under the names of their recipes: with a level the trees learned, or with that of the rhythm."""

DECLARED = "two_part_rhythm_anchored"
"""What answers where there is no past moment to choose at: little history teaches trees an order, and not yet a level."""


def contenders(learned: Sequence[str]) -> dict[str, Blend]:
    """Return every blend whose members could all be fitted.

    >>> list(contenders(["two_part", "tweedie"]))
    ['two_part', 'tweedie', 'two_part_tweedie']
    """
    return {name: blend for name, blend in BLENDS.items() if blend.asks <= set(learned)}


def loss(forecasts: Sequence[FloatArray], came: Sequence[FloatArray]) -> float:
    """Return the mean absolute error plus the size of the mean error of each moment, in money; an array a past moment.

    Examples
    --------
    >>> came = [np.array([0.0, 0.0, 9.0])]
    >>> loss([np.zeros(3)], came), loss([np.array([1.5, 1.5, 6.0])], came)
    (6.0, 2.0)
    """
    errors = [said - real for said, real in zip(forecasts, came, strict=True)]
    total = sum(float(np.abs(error).sum() + abs(error.sum())) for error in errors)
    return total / sum(len(error) for error in errors)


def choose(losses: Mapping[str, float]) -> str:
    """Return the blend of the lowest loss; of equal ones the first."""
    return min(losses, key=lambda name: losses[name])


def season_agrees(plain: Sequence[FloatArray], seasonal: Sequence[FloatArray], came: Sequence[FloatArray]) -> bool:
    """Say whether earlier seasons agree that correcting by the year before helps; an array a moment that had a year before."""
    if len(came) < FEWEST_SEASONS:
        return False
    before, after = loss(plain, came), loss(seasonal, came)
    nearer = [
        abs(corrected.sum() - real.sum()) < abs(said.sum() - real.sum())
        for said, corrected, real in zip(plain, seasonal, came, strict=True)
    ]
    return bool(after < (1.0 - WORTH_IT) * before and sum(nearer) * 2 > len(nearer))
