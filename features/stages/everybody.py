"""Where does everybody stand at a snapshot: the stage of every customer in every set, since when, and how many moved."""

from __future__ import annotations

import numpy as np

from features.errors import Unavailable
from features.snapshot import Snapshot
from features.stages.course import checkpoints, course
from features.stages.kept import KeptMondays
from features.stages.stage_rules import StageRules
from features.stages.table import StageTable
from features.times import format_time


class MondaysMissing(Unavailable):
    """Winners at Mondays before the snapshot are not kept, without which nobody's stage is known."""


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
