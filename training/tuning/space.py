"""Over which ways to grow trees is searched: seven parameters within stated limits, the usual ways among them.

How many columns a tree may see at most and how large the bag is stay as they are: they are a matter of cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from models.learners.boosting import BoostingPreset

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

Parameters: TypeAlias = Mapping[str, Any]

_COUNTS = {"leaves": (4, 63), "fewest_rows": (5, 200)}
_FACTORS = {"learning_rate": (0.01, 0.2), "l2": (0.1, 100.0)}
_SHARES = {"feature_share": (0.1, 1.0), "row_share": (0.5, 1.0)}
_TUNED = (*_COUNTS, *_FACTORS, *_SHARES, "rounds")


@dataclass(frozen=True)
class Space:
    """The ways around some defaults; rounds, which are what a trial costs, from a quarter of theirs to twice as many."""

    defaults: tuple[BoostingPreset, ...]

    def parameters(self, preset: BoostingPreset) -> Parameters:
        """Return what is searched over of a way to grow trees.

        >>> sorted(Space((BoostingPreset(),)).parameters(BoostingPreset()))
        ['feature_share', 'fewest_rows', 'l2', 'learning_rate', 'leaves', 'rounds', 'row_share']
        """
        return {name: value for name, value in asdict(preset).items() if name in _TUNED}

    def preset(self, parameters: Parameters) -> BoostingPreset:
        """Return the way to grow trees with these parameters, shares in hundredths and factors in three digits.

        >>> Space((BoostingPreset(),)).preset({"learning_rate": 0.0123456, "row_share": 0.76543}).learning_rate
        0.0123
        """
        readable = {name: _readable(name, value) for name, value in parameters.items()}
        return replace(self.defaults[0], **readable)

    @property
    def distributions(self) -> dict[str, BaseDistribution]:
        """Return the limits in optuna's words."""
        from optuna.distributions import FloatDistribution, IntDistribution

        counts = {**_COUNTS, "rounds": self._rounds}
        whole = {name: IntDistribution(*self._wide(name, ends), log=True) for name, ends in counts.items()}
        factors = {name: FloatDistribution(*self._wide(name, ends), log=True) for name, ends in _FACTORS.items()}
        return {**whole, **factors, **{name: FloatDistribution(*self._wide(name, ends)) for name, ends in _SHARES.items()}}

    @property
    def _rounds(self) -> tuple[int, int]:
        rounds = self._of_defaults("rounds")
        return max(1, min(rounds) // 4), 2 * max(rounds)

    def _wide(self, name: str, ends: tuple[Any, Any]) -> tuple[Any, Any]:
        """Return limits that hold the defaults too."""
        found = (*self._of_defaults(name), *ends)
        return min(found), max(found)

    def _of_defaults(self, name: str) -> Sequence[Any]:
        return [getattr(preset, name) for preset in self.defaults]


def _readable(name: str, value: Any) -> Any:
    if name in _SHARES:
        return round(value, 2)
    return float(f"{value:.3g}") if name in _FACTORS else value
