"""Where does everybody stand at a snapshot: the stage of every customer in every set, since when, and how many moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.company.business import StageSet
from features.errors import Unavailable
from features.snapshot import Snapshot
from features.stages.course import Course, begun, checkpoints, course
from features.stages.kept import KeptMondays
from features.stages.stage_rules import StageRules
from features.stages.winners import NOT_SEEN, StageCodes, counts_by_stage
from features.times import Timestamp, format_time

NO_MOMENT: Timestamp = int(np.iinfo(np.int64).min)
"""The `since` of a stage that is unconfirmed."""


class MondaysMissing(Unavailable):
    """Winners at Mondays before the snapshot are not kept, without which nobody's stage is known."""


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


def stages_of_everybody(snapshot: Snapshot, rules: StageRules, kept: KeptMondays) -> dict[str, StageTable]:
    """Return the stages of every customer of a snapshot, by the name of the stage set.

    Parameters
    ----------
    snapshot
        Of the company's catalogue, at the moment asked for.
    kept
        All Mondays of `course.checkpoints(snapshot.as_of)` (`keeping.keep_mondays`).

    Raises
    ------
    MondaysMissing
        If a Monday is not kept, or the newest one is not that before the snapshot.
    """
    newest = checkpoints(snapshot.as_of, weeks=1)
    if kept.missing or kept.mondays[-1:] != newest:
        raise MondaysMissing(
            f"needed the winners at {len(kept.mondays)} Mondays up to {format_time(newest[0])}, found {len(kept.at)} "
            f"up to {format_time(kept.mondays[-1])}; `lifecycle stages` computes and keeps them"
        )
    past, now = kept.of(snapshot.ids), rules.winners(snapshot.columns(rules.catalogue.names))
    moments = (*kept.mondays, snapshot.as_of)
    return {
        stage_set.name: StageTable(stage_set, moments, course(np.column_stack([past[place], now[:, place]]), stage_set))
        for place, stage_set in enumerate(rules.company.stage_sets)
    }
