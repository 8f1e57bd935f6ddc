"""In which stage does a customer stand when the horizon ends: the label of a transition, with the stages' second look in place.

The stage at `as_of + horizon` is the one that would have been served that day: found from winners by rule at that moment and at
the Mondays before it, each from what was known by then. So a correction received later never changes a label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.company.schema import Company
from features.log.store import EventLog
from features.stages.past import PastStages, past_stages
from features.stages.winners import StageCodes, features_named_by
from features.times import DAY, Timestamp
from training.labels.labels import Labels, observed_by, received, refuse_immature


@dataclass(frozen=True)
class StageAhead:
    """What is asked: the stage of one set of a company after each horizon."""

    company: Company
    stage_set: str
    horizons_days: tuple[int, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the sources the rules of the set read: they decide when a label is mature."""
        named = features_named_by(self.company.stage_sets_by_name[self.stage_set])
        return tuple(load.source for load in self.company.catalogue.only(named).compiled.loads)


def label_stages(
    log: EventLog, ahead: StageAhead, *, as_ofs: Sequence[Timestamp], until: Timestamp | None = None
) -> list[Labels]:
    """Label everybody known at each `as_of`, in the order given; `until` pretends that today is that moment.

    A value is the place of the stage among the stages of its set, one column a horizon.

    Raises
    ------
    ImmatureLabels
        If a source the rules read is not complete until the longest horizon; one never received is not waited for, unless none
        of them ever was.
    """
    if not as_ofs:
        return []
    watermarks = observed_by(log, until, sources=received(log, ahead.sources))
    for as_of in as_ofs:
        refuse_immature(as_of, watermarks, gap_days=max(ahead.horizons_days))
    ends = [as_of + days * DAY for as_of in as_ofs for days in (0, *ahead.horizons_days)]
    past = past_stages(log.home, ahead.company, ends)
    return [_labelled(past, ahead, as_of=as_of) for as_of in as_ofs]


def _labelled(past: PastStages, ahead: StageAhead, *, as_of: Timestamp) -> Labels:
    ids = past.known(as_of)
    columns = [_stages_of(past, ahead, as_of=as_of, end=as_of + days * DAY) for days in ahead.horizons_days]
    return Labels(as_of, ids, np.stack(columns, axis=1).astype(np.float64))


def _stages_of(past: PastStages, ahead: StageAhead, *, as_of: Timestamp, end: Timestamp) -> StageCodes:
    """Return the stage at `end` of who was known at `as_of`; who became known between is not asked about."""
    was_known, is_known = past.seen(as_of), past.seen(end)
    return past.at(end, stage_set=ahead.stage_set).codes[was_known[is_known]]
