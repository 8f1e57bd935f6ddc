"""Where does everybody stand at one moment in one stage set: codes, since when, and how many moved since the newest Monday."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.company.business import StageSet
from features.stages.course import Course, begun
from features.stages.winners import NOT_SEEN, StageCodes, counts_by_stage
from features.times import Timestamp

NO_MOMENT: Timestamp = int(np.iinfo(np.int64).min)
"""The `since` of a stage that is unconfirmed."""


@dataclass(frozen=True)
class Stood:
    """Where customers stand in one stage set now, without how they came there.

    `codes`: positions among the stages of the set. `since`: when the present stay began; `NO_MOMENT` where it is unconfirmed.
    """

    stage_set: str
    codes: StageCodes
    since: npt.NDArray[np.int64]


@dataclass(frozen=True)
class StageTable:
    """The stages of one set, a row a customer in the order of the snapshot's ids; `moments` are the checkpoints, `as_of` last."""

    stage_set: StageSet
    moments: tuple[Timestamp, ...]
    course: Course

    @property
    def codes(self) -> StageCodes:
        """Return the current stage of each customer, as its position among the stages of the set."""
        return self.course.now

    @property
    def since(self) -> npt.NDArray[np.int64]:
        """Return the moment each customer's present stay began; `NO_MOMENT` where the stage is unconfirmed."""
        began = np.array([begun(first, self.moments) for first in range(len(self.moments))])
        return np.where(self.course.confirmed[:, -1], began[self.course.begins], NO_MOMENT)

    @property
    def stood(self) -> Stood:
        """Return where everybody stands now."""
        return Stood(self.stage_set.name, self.codes, self.since)

    def counts(self) -> dict[str, int]:
        """Return how many customers stand in each stage, in the order of life."""
        return counts_by_stage(self.stage_set, self.codes)

    @property
    def unconfirmed(self) -> int:
        """Return for how many customers only this moment's winner speaks."""
        return int((~self.course.confirmed[:, -1]).sum())

    def moved(self) -> Mapping[tuple[str, str], int]:
        """Return how many went from which stage to which since the newest Monday, most first; who is new came from none."""
        before, now = self.course.stages[:, -2], self.codes
        went = (before != now) & (before != NOT_SEEN)
        names = [stage.name for stage in self.stage_set.stages]
        pairs = Counter(zip(before[went].tolist(), now[went].tolist(), strict=True))
        return {(names[first], names[then]): count for (first, then), count in pairs.most_common()}
