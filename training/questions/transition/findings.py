"""What do past moments tell of customers who move: where they went and were said to go, how long they stay, who flickers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.company.business import StageSet
from features.company.schema import Company
from features.home import Home
from features.stages.course import course
from features.stages.flicker import flicker
from features.stages.keeping import keep_mondays
from features.times import Timestamp
from models.rows import FloatArray
from models.transition.stay import expected_days_left
from training.records.report import Finding


@dataclass(frozen=True)
class Moves:
    """Where customers stood, what was said, (rows, horizons, stages), and where they came, (rows, horizons), as codes."""

    stage_set: StageSet
    horizons_days: tuple[int, ...]
    stood: npt.NDArray[np.intp]
    chances: FloatArray
    came: npt.NDArray[np.intp]

    def table(self) -> list[Finding]:
        """Return a line a horizon and pair of stages: the share that went, the mean chance that was said, and of how many."""
        return [
            self._pair(place, before, after)
            for place in range(len(self.horizons_days))
            for before in self._in_order()
            for after in self._in_order()
            if (self.stood == before).any()
        ]

    def stays(self) -> list[Finding]:
        """Return a line a stage: the mean of the expected days left, and the share still there at the longest horizon."""
        lines: list[Finding] = []
        for code in self._in_order():
            here = self.stood == code
            if here.any():
                still = self.chances[here][:, :, code]
                lines.append(
                    {
                        "stage": self._name(code),
                        "rows": int(here.sum()),
                        "expected_days_left": float(expected_days_left(still, self.horizons_days).mean()),
                        "still_there": float((self.came[here, -1] == code).mean()),
                        "said_still_there": float(still[:, -1].mean()),
                    }
                )
        return lines

    def _pair(self, place: int, before: int, after: int) -> Finding:
        here = self.stood == before
        return {
            "horizon_days": self.horizons_days[place],
            "from": self._name(before),
            "to": self._name(after),
            "rows": int(here.sum()),
            "share": float((self.came[here, place] == after).mean()),
            "said": float(self.chances[here, place, after].mean()),
            "exit": int(self.stage_set.stages[after].exit),
        }

    def _in_order(self) -> list[int]:
        names = [stage.name for stage in self.stage_set.stages]
        return [names.index(name) for name in self.stage_set.order]

    def _name(self, code: int) -> str:
        return self.stage_set.stages[code].name


def flicker_of_sets(home: Home, company: Company, *, as_of: Timestamp) -> list[Finding]:
    """Return a line a stage set: who went back to a stage within 30 days of leaving it, with the second look and without."""
    kept = keep_mondays(home, company, as_of)
    winners = kept.of(kept.at[kept.mondays[-1]].ids)
    lines: list[Finding] = []
    for place, stage_set in enumerate(company.stage_sets):
        calm, raw = flicker(course(winners[place], stage_set).stages), flicker(winners[place])
        lines.append(
            {
                "stage_set": stage_set.name,
                "customers": calm.customers,
                "share": calm.share,
                "share_by_rules_alone": raw.share,
                "moves": calm.moves,
                "undone": calm.undone,
            }
        )
    return lines
