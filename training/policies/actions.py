"""Which actions are two policies compared on, what did the log take, and what could it have taken at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.reports.policy import Compared
from models.decision import NOTHING
from models.decision.choices import Choices
from models.rows import BoolArray, FloatArray
from training.decided import Decisions

_UNKNOWN_CHANNEL = "unknown"


@dataclass(frozen=True)
class Actions:
    """The actions of both policies and of the log, by name; `nothing` is the first.

    `taken`: the place of the action of each decision. `by_lot`: whether each action was ever drawn by lot: only of those can the
    log tell what they are worth.
    """

    compared: Compared
    names: tuple[str, ...]
    taken: npt.NDArray[np.int64]
    by_lot: BoolArray

    @classmethod
    def of(cls, decisions: Decisions, policies: Sequence[Choices], *, compared: Compared, lots: Decisions) -> Actions:
        """Gather the actions of these policies and of the decisions; `lots` are all that the log holds."""
        own = [_action(name, compared) for choices in policies for name in _pairs(choices)]
        logged, drawn = _logged(decisions, compared), _logged(lots.where(lots.random), compared)
        names = tuple(dict.fromkeys([NOTHING, *own, *logged]))
        places = {name: place for place, name in enumerate(names)}
        seen = {NOTHING, *drawn}
        return cls(
            compared,
            names,
            np.array([places[name] for name in logged], dtype=np.int64),
            np.array([name in seen for name in names], dtype=np.bool_),
        )

    @property
    def offers(self) -> tuple[str, ...]:
        """Return the offer of each action."""
        return tuple(name.partition("/")[0] for name in self.names)

    @property
    def possible(self) -> BoolArray:
        """Return what could have been logged, (decisions, actions): what was ever drawn by lot, and what was taken."""
        possible = np.tile(self.by_lot, (len(self.taken), 1))
        possible[np.arange(len(self.taken)), self.taken] = True
        return possible

    def chances(self, policy: Choices, probabilities: FloatArray) -> FloatArray:
        """Return the probabilities of a policy, (decisions, 1 + its candidates), as (decisions, actions)."""
        found = np.zeros((len(probabilities), len(self.names)))
        for column, name in enumerate((NOTHING, *_pairs(policy))):
            found[:, self.names.index(_action(name, self.compared))] += probabilities[:, column]
        return found


def _pairs(policy: Choices) -> tuple[str, ...]:
    return tuple(candidate.name for candidate in policy.policy.candidates)


def _logged(decisions: Decisions, compared: Compared) -> list[str]:
    pairs = zip(decisions.offers.to_pylist(), decisions.channels.to_pylist(), strict=True)
    return [
        NOTHING if offer == NOTHING else _action(f"{offer}/{channel or _UNKNOWN_CHANNEL}", compared) for offer, channel in pairs
    ]


def _action(pair: str, compared: Compared) -> str:
    return pair if compared == "offer_and_channel" else pair.partition("/")[0]
