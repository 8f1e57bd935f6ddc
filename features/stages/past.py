"""Where did everybody stand at past moments: from kept winners alone, no event and no snapshot is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.company.schema import Company
from features.home import Home
from features.stages.course import checkpoints, course
from features.stages.keeping import keep_winners
from features.stages.table import StageTable
from features.stages.winners import NOT_SEEN, StageCodes
from features.times import Timestamp


@dataclass(frozen=True)
class PastStages:
    """The winners of every stage set for everybody known at the newest moment: `winners` is `[set, customer, moment]`."""

    company: Company
    ids: pa.StringArray
    moments: tuple[Timestamp, ...]
    winners: StageCodes

    def known(self, moment: Timestamp) -> pa.StringArray:
        """Return who was known at a moment, sorted bytewise: the ids of a snapshot of that moment, row for row."""
        return self.ids.filter(pa.array(self.seen(moment)))

    def at(self, moment: Timestamp, *, stage_set: str) -> StageTable:
        """Return the stages of who was known at a moment; what `stages_of_everybody` tells of a snapshot of that moment."""
        place = [one.name for one in self.company.stage_sets].index(stage_set)
        asked = self.company.stage_sets[place]
        moments = (*checkpoints(moment), moment)
        winners = self.winners[place][self.seen(moment)]
        return StageTable(asked, moments, course(winners[:, [self._places[each] for each in moments]], asked))

    def seen(self, moment: Timestamp) -> npt.NDArray[np.bool_]:
        """Return who of `ids` was known at a moment."""
        return np.asarray(self.winners[0][:, self._places[moment]] != NOT_SEEN)

    @cached_property
    def _places(self) -> dict[Timestamp, int]:
        return {moment: place for place, moment in enumerate(self.moments)}


def past_stages(home: Home, company: Company, asked: Sequence[Timestamp]) -> PastStages:
    """Return the stages at the moments asked for, and at every Monday they rest on; winners that are missing are kept.

    Raises
    ------
    LogMissing
        If there is no event log.
    """
    moments = tuple(sorted({*asked, *(monday for moment in asked for monday in checkpoints(moment))}))
    kept = keep_winners(home, company, moments)
    ids = kept.at[moments[-1]].ids
    return PastStages(company, ids, moments, kept.of(ids))
