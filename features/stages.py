"""Which stage do the rules name: the winner of a stage set, over a table and for one customer alike, with its evidence.

The rules are asked in the order of the set and the first that is true wins; an unknown rule does not win. The last rule of
a set is TRUE, so that there is always a winner. What a winner becomes over time (hysteresis) is no matter of this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.company.business import Stage, StageSet
from features.rules.tree import Columns


@dataclass(frozen=True)
class StageWinners:
    """The winning stage of each row of a table.

    `codes` is int16 of the table's length: the position of the winner among the stages of the set.
    """

    stage_set: StageSet
    codes: npt.NDArray[np.int16]

    def stage(self, row: int) -> Stage:
        """Return the winner of one row; the text of its rule is the evidence."""
        return self.stage_set.stages[int(self.codes[row])]

    def counts(self) -> Mapping[str, int]:
        """Return how many rows each stage won, in the order of life."""
        won = np.bincount(self.codes, minlength=len(self.stage_set.stages))
        by_name = {stage.name: int(count) for stage, count in zip(self.stage_set.stages, won, strict=True)}
        return {name: by_name[name] for name in self.stage_set.order}


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
    codes = np.full(rows, len(stage_set.stages) - 1, dtype=np.int16)
    for position in reversed(range(len(stage_set.stages) - 1)):
        codes[stage_set.stages[position].rule.evaluate(columns, rows=rows) == 1] = position
    return StageWinners(stage_set, codes)


def stage_winner(stage_set: StageSet, row: Mapping[str, float]) -> Stage:
    """Return the winner for one customer: the same rules, over a table of one row."""
    columns = {name: np.array([value], dtype=np.float64) for name, value in row.items()}
    return stage_winners(stage_set, columns, rows=1).stage(0)


def features_named_by(stage_set: StageSet) -> tuple[str, ...]:
    """Return the features the rules of a set name, sorted."""
    return tuple(sorted({name for stage in stage_set.stages for name in stage.rule.names}))
