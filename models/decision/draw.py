"""Which candidate is drawn, and how likely was that: the control group for good, a share that explores, the best for the rest.

With c the control share, e the share of exploration, and n what can be drawn, `nothing` included, a choice has the probability
c/n + (1 - c) (e/n + (1 - e) [it is the best]). The lots come from secrets, so that the same customer in the same window draws
the same, and nobody outside can tell beforehand.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from features.times import Timestamp
from models.decision.policy import Shares
from models.rows import BoolArray, FloatArray

Arm: TypeAlias = Literal["control", "explore", "policy"]

_SPARE_BITS = 11
_UNIT = 2.0**-53


@dataclass(frozen=True)
class Secrets:
    """The two secrets of an installation that lots are drawn with; never stored with a decision."""

    control: bytes
    draw: bytes


@dataclass(frozen=True)
class Lots:
    """Three numbers in [0, 1): for the control group, for whether this decision explores, and for what is picked by lot."""

    control: float
    explore: float
    pick: float


@dataclass(frozen=True)
class Window:
    """What the lots of a decision hang on: the company file in force, and when the customer's window opened."""

    company: str
    start: Timestamp


@dataclass(frozen=True)
class Drawn:
    """What was drawn: the arm, the place of the candidate (-1: `nothing`), and how likely this choice was over all arms."""

    arm: Arm
    place: int
    probability: float


def lots(secrets: Secrets, customer_id: str, *, window: Window) -> Lots:
    """Return the lots of a customer's window; that of the control group is the same in every window, for good."""
    seed = hmac.new(secrets.draw, f"draw\0{window.company}\0{window.start}\0{customer_id}".encode(), hashlib.sha256).digest()
    return Lots(control_lot(secrets.control, customer_id), _uniform(seed[:8]), _uniform(seed[8:16]))


def control_lot(secret: bytes, customer_id: str) -> float:
    """Return the number in [0, 1) that puts a customer into the control group where it is below the control share."""
    return _uniform(hmac.new(secret, f"control\0{customer_id}".encode(), hashlib.sha256).digest()[:8])


def drawn(eligible: BoolArray, best: int, *, lots: Lots, shares: Shares) -> Drawn:
    """Draw one choice for one customer; `eligible`: which candidates can be drawn, `best`: the first by priority or -1."""
    chance = probabilities(eligible[None], np.array([best]), shares=shares)[0]
    options = np.concatenate([np.array([-1]), np.flatnonzero(eligible)])
    picked = int(options[min(int(lots.pick * len(options)), len(options) - 1)])
    if lots.control < shares.control:
        return Drawn("control", picked, float(chance[picked + 1]))
    if lots.explore < shares.explore:
        return Drawn("explore", picked, float(chance[picked + 1]))
    return Drawn("policy", best, float(chance[best + 1]))


def probabilities(eligible: BoolArray, best: npt.NDArray[np.integer], *, shares: Shares) -> FloatArray:
    """Return how likely each choice is drawn, shape (customers, 1 + candidates): `nothing` first; each row adds up to 1.

    `eligible`: shape (customers, candidates); `best`: the place of the first by priority, -1 for `nothing`.

    >>> probabilities(np.array([[True, False]]), np.array([0]), shares=Shares(control=0.2, explore=0.0)).tolist()
    [[0.1, 0.9, 0.0]]
    """
    options = np.concatenate([np.ones((len(eligible), 1), bool), eligible], axis=1)
    uniform = 1.0 / options.sum(axis=1)
    by_lot = shares.control * uniform + (1.0 - shares.control) * shares.explore * uniform
    chances = np.where(options, by_lot[:, None], 0.0)
    chances[np.arange(len(best)), best + 1] += (1.0 - shares.control) * (1.0 - shares.explore)
    return chances


def _uniform(digest: bytes) -> float:
    return (int.from_bytes(digest, "big") >> _SPARE_BITS) * _UNIT
