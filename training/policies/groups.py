"""Who wins and who loses by the new file: the difference for the customers of each stage, segment and value category."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.reports.figures import Figure
from features.reports.policy import LIVE, NEW, Ahead, GroupChange
from training.policies.valued import Valued, verdict_of
from training.policy_value import measure_support

FEWEST_DECISIONS = 300
FEWEST_CUSTOMERS = 100
LEAST_EFFECTIVE = 100.0
"""A group is told of only with as many decisions, customers, and decisions that agree with each policy, weighed."""

_WORDS: dict[str, Ahead] = {"better": "wins", "worse": "loses", "no_difference_shown": "no difference shown"}


@dataclass(frozen=True)
class Grouping:
    """The groups of one kind by name, and the place of each decision's customer among them; -1 for none that is known."""

    kind: str
    names: tuple[str, ...]
    places: npt.NDArray[np.intp]


def group_changes(valued: Valued, groupings: Sequence[Grouping]) -> list[GroupChange]:
    """Return what changes for every group with enough decisions, in the order of the groupings."""
    return [found for grouping in groupings for found in _changes(valued, grouping)]


def _changes(valued: Valued, grouping: Grouping) -> Iterator[GroupChange]:
    for place, name in enumerate(grouping.names):
        here = grouping.places == place
        customers = len(np.unique(valued.logged.customer[here]))
        if int(here.sum()) >= FEWEST_DECISIONS and customers >= FEWEST_CUSTOMERS and _agree(valued, here):
            change = valued.difference(here)
            yield GroupChange(grouping.kind, name, int(here.sum()), customers, change, _ahead(change))


def _agree(valued: Valued, here: npt.NDArray[np.bool_]) -> bool:
    sizes = [measure_support(valued.policies[name].take(here)).effective_size for name in (LIVE, NEW)]
    return min(sizes) >= LEAST_EFFECTIVE


def _ahead(change: Figure) -> Ahead:
    return _WORDS[verdict_of(change)]
