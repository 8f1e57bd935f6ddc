"""Which actions are two policies compared on, what did the log take, and what could it have taken at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from features.reports.policy import LIVE, Compared
from models.decision import NOTHING, Shares, probabilities
from models.decision.choices import Choices
from models.rows import BoolArray, FloatArray
from training.decided import Decisions

_UNKNOWN_CHANNEL = "unknown"


@dataclass(frozen=True)
class Actions:
    """The actions of both policies and of the log, by name; `nothing` is the first.

    `taken`: the place of the action of each decision. `possible`: what could have been logged, (decisions, actions): what was
    drawn by lot somewhere in the log and passes the gates of the live file in that decision; and what was taken.
    """

    compared: Compared
    names: tuple[str, ...]
    taken: npt.NDArray[np.int64]
    possible: BoolArray

    @classmethod
    def of(cls, decisions: Decisions, policies: Mapping[str, Choices], *, compared: Compared, lots: Decisions) -> Actions:
        """Gather the actions of these policies, the live one among them, and of the decisions; `lots` are all the log holds."""
        own = [_action(name, compared) for choices in policies.values() for name in _pairs(choices)]
        logged, drawn = _logged(decisions, compared), {NOTHING, *_logged(lots.where(lots.random), compared)}
        names = tuple(dict.fromkeys([NOTHING, *own, *logged]))
        places = {name: place for place, name in enumerate(names)}
        taken = np.array([places[name] for name in logged], dtype=np.int64)
        gathered = cls(compared, names, taken, np.zeros((len(taken), len(names)), dtype=np.bool_))
        possible = gathered.chances(policies[LIVE], _by_lot_alone(policies[LIVE])) > 0
        possible &= np.array([name in drawn for name in names], dtype=np.bool_)
        possible[np.arange(len(taken)), taken] = True
        return replace(gathered, possible=possible)

    @property
    def offers(self) -> tuple[str, ...]:
        """Return the offer of each action."""
        return tuple(name.partition("/")[0] for name in self.names)

    def chances(self, policy: Choices, probabilities: FloatArray) -> FloatArray:
        """Return the probabilities of a policy, (decisions, 1 + its candidates), as (decisions, actions)."""
        found = np.zeros((len(probabilities), len(self.names)))
        for column, name in enumerate((NOTHING, *_pairs(policy))):
            found[:, self.names.index(_action(name, self.compared))] += probabilities[:, column]
        return found


def _by_lot_alone(policy: Choices) -> FloatArray:
    """Return the probabilities were all drawn by lot: whatever the shares of today, these are the choices there were."""
    return probabilities(policy.eligible, policy.best, shares=Shares(control=1.0, explore=0.0))


def _pairs(policy: Choices) -> tuple[str, ...]:
    return tuple(candidate.name for candidate in policy.policy.candidates)


def _logged(decisions: Decisions, compared: Compared) -> list[str]:
    pairs = zip(decisions.offers.to_pylist(), decisions.channels.to_pylist(), strict=True)
    return [
        NOTHING if offer == NOTHING else _action(f"{offer}/{channel or _UNKNOWN_CHANNEL}", compared) for offer, channel in pairs
    ]


def _action(pair: str, compared: Compared) -> str:
    return pair if compared == "offer_and_channel" else pair.partition("/")[0]
