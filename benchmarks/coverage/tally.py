"""How often did an interval hold the truth: counts by policy, part of the campaign and figure, added up over batches of logs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from training.measures.resamples import Estimate
from training.policy_value import ESTIMATORS, PolicyValue

FIGURES = ("logged", *ESTIMATORS, *(f"{name} less logged" for name in ESTIMATORS))
"""What has an interval: the value of the logging policy, that of the new one by estimator, and the difference by estimator."""

_ROUNDING = 1e-6


@dataclass(frozen=True)
class Count:
    """How often a truth was inside its interval, below it, above it; and the widths added up."""

    inside: int = 0
    below: int = 0
    above: int = 0
    width: float = 0.0

    @classmethod
    def of(cls, found: Estimate, truth: float) -> Count:
        """Count one interval; one of no width, where both policies are the same, is no test and counts for nothing."""
        if found.high - found.low < _ROUNDING:
            return cls()
        return cls(int(found.low <= truth <= found.high), int(truth < found.low), int(truth > found.high), found.high - found.low)

    def __add__(self, other: Count) -> Count:
        """Return what both have counted."""
        return Count(self.inside + other.inside, self.below + other.below, self.above + other.above, self.width + other.width)

    @property
    def intervals(self) -> int:
        """Return how many were counted."""
        return self.inside + self.below + self.above

    @property
    def share(self) -> float:
        """Return the share that held the truth."""
        return self.inside / self.intervals

    @property
    def text(self) -> str:
        """Return the share, on which side the others missed, and the mean width."""
        if not self.intervals:
            return "none"
        below, above, width = (part / self.intervals for part in (self.below, self.above, self.width))
        return f"{self.share:.1%} ({below:.1%} below, {above:.1%} above; {width:.1f} wide)"


@dataclass(frozen=True)
class Tally:
    """Counts by `policy/part/figure`, and how many logs were refused by `policy/part`."""

    counts: Mapping[str, Count] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, place: str, found: PolicyValue, truth: tuple[float, float]) -> Tally:
        """Count every interval of one log; `truth` is the value of the new policy and of the logging one."""
        new, old = truth
        values = {name: Count.of(each, new) for name, each in found.values.items()}
        differences = {f"{name} less logged": Count.of(each, new - old) for name, each in found.differences.items()}
        counts = {"logged": Count.of(found.logged, old), **values, **differences}
        return cls({f"{place}/{name}": count for name, count in counts.items()})

    def __add__(self, other: Tally) -> Tally:
        """Return what both have counted."""
        counts = {
            name: self.counts.get(name, Count()) + other.counts.get(name, Count()) for name in {**self.counts, **other.counts}
        }
        refused = {name: self.refused.get(name, 0) + other.refused.get(name, 0) for name in {**self.refused, **other.refused}}
        return Tally(counts, refused)

    @property
    def policies(self) -> list[str]:
        """Return the policies that were valued or refused."""
        return list(dict.fromkeys(name.split("/")[0] for name in [*self.counts, *self.refused]))

    def over(self, figure: str, within: str | None = None) -> Count:
        """Return the count of a figure within a policy or a part of the campaign; without one, of all."""
        chosen = [count for name, count in self.counts.items() if _is(name, figure, within)]
        return sum(chosen, Count())

    def refusals(self, within: str) -> int:
        """Return how many logs were refused within a policy or a part."""
        return sum(times for name, times in self.refused.items() if within in name.split("/"))

    def to_json(self) -> bytes:
        """Return the counts as they are kept between two runs."""
        return json.dumps(
            {"counts": {name: asdict(each) for name, each in self.counts.items()}, "refused": self.refused}
        ).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Tally:
        """Return the counts that were kept."""
        known = json.loads(content)
        return cls({name: Count(**each) for name, each in known["counts"].items()}, known["refused"])


def _is(name: str, figure: str, within: str | None) -> bool:
    policy, part, found = name.split("/")
    return found == figure and within in (None, policy, part)
