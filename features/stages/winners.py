"""Which stage do the rules name: the winner of a stage set, over a table and for one customer alike.

The rules are asked in the order of the set and the first that is true wins; an unknown rule does not win. The last rule of
a set is TRUE, so that there is always a winner. What a winner becomes over time is told in `course`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from features.company.business import Stage, StageSet
from features.rules.tree import Columns

StageCodes: TypeAlias = npt.NDArray[np.int8]
"""Positions of stages among the stages of their set; `NOT_SEEN` where the customer was not yet known."""

NOT_SEEN = -1


@dataclass(frozen=True)
class StageWinners:
    """The winning stage of each row of a table: `codes` is of the table's length."""

    stage_set: StageSet
    codes: StageCodes

    def stage(self, row: int) -> Stage:
        """Return the winner of one row."""
        return self.stage_set.stages[int(self.codes[row])]

    def counts(self) -> Mapping[str, int]:
        """Return how many rows each stage won, in the order of life."""
        return counts_by_stage(self.stage_set, self.codes)


def stage_winners(stage_set: StageSet, columns: Columns, *, rows: int) -> StageWinners:
    """Return the winner of each of the table's rows.

    Parameters
    ----------
    columns
        Name to a floating column of length `rows`, NaN where missing; every feature the rules name must be there
        (`features_named_by`).

    Raises
    ------
    RuleColumnsMissing
        If a feature a rule names is no column.
    """
    codes = np.full(rows, len(stage_set.stages) - 1, dtype=np.int8)
    for position in reversed(range(len(stage_set.stages) - 1)):
        codes[stage_set.stages[position].rule.evaluate(columns, rows=rows) == 1] = position
    return StageWinners(stage_set, codes)


def stage_winner(stage_set: StageSet, row: Mapping[str, float]) -> Stage:
    """Return the winner for one customer: the same rules, over a table of one row."""
    columns = {name: np.array([value], dtype=np.float64) for name, value in row.items()}
    return stage_winners(stage_set, columns, rows=1).stage(0)


def features_named_by(*stage_sets: StageSet) -> tuple[str, ...]:
    """Return the features the rules of these sets name, sorted."""
    return tuple(sorted({name for stage_set in stage_sets for stage in stage_set.stages for name in stage.rule.names}))


def counts_by_stage(stage_set: StageSet, codes: Iterable[int] | StageCodes) -> dict[str, int]:
    """Return how many customers stand in each stage, in the order of life; who was not yet seen stands in none."""
    positions = np.asarray(codes)
    counted = np.bincount(positions[positions != NOT_SEEN], minlength=len(stage_set.stages))
    by_name = {stage.name: int(count) for stage, count in zip(stage_set.stages, counted, strict=True)}
    return {name: by_name[name] for name in stage_set.order}
