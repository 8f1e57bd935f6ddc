"""Would decisions be other ones without the drift: drifted columns are put back to how they lay then, and all is scored again.

Tenure and lifetime counts drift by nature, and so does much that no decision rests on. What matters is how many customers would
be in another band, on another list, in another category.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from features.language.feature import is_category
from features.reports.drift import Undone
from models.assembly import PopulationReferences, judged_columns
from models.model import Model
from models.rows import FloatArray
from models.scoring import score_snapshot
from training.examples import Derived
from training.monitoring.drift.columns import Column
from training.monitoring.drift.putting_back import put_back, put_codes_back
from training.monitoring.outcomes.judging import likeliest
from training.publishing.scene import Scene

MOST_CHANGED: Mapping[str, float] = {"band": 0.05, "category": 0.05, "stage": 0.05, "list": 0.2}
"""From which share on somebody must look, by decision: of all customers one in twenty, of those on the list one in five.

`band`: low, medium or high risk. `category`: of value. `stage`: the likeliest next. `list`: the likeliest, as many as the team
reaches in a week."""

TRIED_ALONE = 5
"""So many of the columns that moved most are put back alone too, to name those that matter."""

Decisions: TypeAlias = Mapping[str, npt.NDArray[np.intp]]
"""What is decided of every customer, as a code, by decision."""


@dataclass(frozen=True)
class Decider:
    """One live model and customers it is asked about: who they are (`scene`), what all models say of them (`said`).

    `capacity`: how many of them the team reaches in a week.
    """

    name: str
    model: Model
    scene: Scene
    derived: Derived
    said: Mapping[str, FloatArray]
    capacity: int

    def decided(self, changed: Mapping[str, FloatArray]) -> Decisions:
        """Return what is decided with some columns changed."""
        snapshot = self.scene.snapshot
        matrix = np.array(snapshot.matrix)
        for name, values in changed.items():
            matrix[:, snapshot.names.index(name)] = values
        scored = score_snapshot(self.model, replace(snapshot, matrix=matrix), derived=self.derived)
        return self._decisions(scored)

    def _decisions(self, scored: Mapping[str, FloatArray]) -> Decisions:
        company = self.scene.company
        main = scored.get(f"{self.name}_{company.horizon_days}", np.empty(0))
        if self.name == "value":
            people, said = self.scene.people(), {**self.said, **scored}
            category = judged_columns(people, said, references=PopulationReferences.fit(people, said))["value_category"]
            return {"category": np.nan_to_num(category, nan=-1).astype(np.intp)}
        if self.name == "transition":
            stages = [scored[f"transition_{company.horizon_days}_{stage.name}"] for stage in company.stage_set.stages]
            return {"stage": np.argmax(stages, axis=0)}
        listed = {"list": likeliest(main, self.capacity).astype(np.intp)}
        if self.name == "churn":
            return {**listed, "band": np.digitize(main, [company.churn.medium_from, company.churn.high_from])}
        return listed


def undone(decider: Decider, drifted: Sequence[Column]) -> Undone:
    """Return the share of customers decided otherwise with the drifted columns put back: together and, of the first, alone."""
    before = decider.decided({})
    back = {column.name: _put_back(column) for column in drifted}
    alone = {name: _changed(before, decider.decided({name: values})) for name, values in list(back.items())[:TRIED_ALONE]}
    changed = _changed(before, decider.decided(back)) if back else dict.fromkeys(before, 0.0)
    return Undone(
        model=decider.name,
        customers=len(decider.scene.snapshot.ids),
        drifted=len(drifted),
        changed=changed,
        limits={decision: MOST_CHANGED[decision] for decision in before},
        alone={name: max(shares.values()) for name, shares in alone.items()},
    )


def _put_back(column: Column) -> FloatArray:
    way = put_codes_back if is_category(column.name) else put_back
    return way(column.now, column.then, seed=0)


def _changed(before: Decisions, after: Decisions) -> dict[str, float]:
    """Return the share of customers decided otherwise; of a list, the share of it that others take."""
    shares = {}
    for decision, codes in before.items():
        concerned = codes == 1 if decision == "list" else np.ones(len(codes), dtype=np.bool_)
        shares[decision] = float((after[decision] != codes)[concerned].mean()) if concerned.any() else 0.0
    return shares
