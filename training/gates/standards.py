"""What is each model held to: the baseline that knows nothing, and how much worse than another it may be at most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Standard:
    """What a model is held to.

    `least`: the baseline that tells no customer from another. `margin`: by how much its main measure may be worse than another
    model's, in units of the measure, or (`relative`) as a share of the other's own figure. `level_margin`: by how much its level
    may lie further off than carrying the last period forward, a share of 1 for chances, or (`relative`) of the mean of what came.
    """

    least: str
    margin: float
    level_margin: float
    relative: bool = False

    def worse_by_at_most(self, other: float) -> float:
        """Return the margin in units of the measure, given the other model's figure."""
        return self.margin * other if self.relative else self.margin

    def off_by_at_most(self, mean: float) -> float:
        """Return the margin of the level in units of what came, given its mean."""
        return self.level_margin * mean if self.relative else self.level_margin


STANDARDS: Mapping[str, Standard] = {
    "churn": Standard("prior", 0.005, 0.01),
    "transition": Standard("persistence", 0.005, 0.01),
    "value": Standard("mean", 0.01, 0.05, relative=True),
    "purchase": Standard("prior", 0.005, 0.01),
    "offer": Standard("offer_popularity", 0.005, 0.01),
}
"""By model; log-loss in nats for chances, mean absolute error in money for value."""
