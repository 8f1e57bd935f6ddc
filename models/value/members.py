"""What does one learner say of the money a customer brings within one horizon: trees in two parts or one, rhythm, recent past.

Trees cannot carry a spend beyond those they saw, and a year of history is too short to learn its own level from: features over
a year keep growing as the history does. So both kinds of trees begin from what the purchase rhythm foresees for the customer, and
learn by what factor to correct it. Without a rhythm they begin from the population.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

from models.learners.boosting import Boosting
from models.learners.special import expit, logit
from models.rows import FloatArray, Rows
from models.value.money import PastRate
from models.value.rhythm import Outlook

_FURTHEST = 30.0  # of a logarithm of money: further is no forecast, and the exponential would overflow


class Member(Protocol):
    """One learner of one horizon."""

    def gain(self, rows: Rows, outlook: Outlook) -> FloatArray:
        """Return the money each customer is expected to bring, at least 0; costs of serving are not in it."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return what was learned as a JSON object with its `kind`; texts of trees are named, not included."""
        ...

    def texts(self) -> Mapping[str, str]:
        """Return the texts that stand in files of their own, by file name."""
        ...


@dataclass(frozen=True)
class RhythmMember:
    """The outlook itself."""

    kind: ClassVar[str] = "rhythm"

    def gain(self, rows: Rows, outlook: Outlook) -> FloatArray:
        """Return the money the rhythm expects, the population's where it knows nothing."""
        del rows
        return outlook.expected

    def to_json(self) -> dict[str, Any]:
        """Return the kind; the rhythm stands beside the horizons, which share it."""
        return {"kind": self.kind}

    def texts(self) -> Mapping[str, str]:
        """Return nothing."""
        return {}


@dataclass(frozen=True)
class RecentMember:
    """Half what the customer's own last window lets expect, half the outlook: nothing bought lately is not nothing to come."""

    kind: ClassVar[str] = "recent"
    rate: PastRate

    def gain(self, rows: Rows, outlook: Outlook) -> FloatArray:
        """Return the mean of both, the outlook alone for who never bought."""
        own = np.maximum(self.rate.of(rows), 0.0)  # refunds of what was bought earlier may outweigh what was bought lately
        return np.asarray((np.where(np.isnan(own), outlook.expected, own) + outlook.expected) / 2.0)

    def to_json(self) -> dict[str, Any]:
        """Return how the window is carried on."""
        return {"kind": self.kind, "rate": asdict(self.rate)}

    def texts(self) -> Mapping[str, str]:
        """Return nothing: no tree is in it."""
        return {}


@dataclass(frozen=True)
class TwoPart:
    """The chance of bringing anything, times the amount if so; each corrects the outlook's.

    Amounts are learned as logarithms, whose mean is not the logarithm of the mean: `smear` restores the total that came, the very
    largest amounts cut, so that one customer does not decide what all others are said to bring.
    """

    kind: ClassVar[str] = "two_part"
    chance: Boosting
    amount: Boosting
    smear: float
    stem: str

    def gain(self, rows: Rows, outlook: Outlook) -> FloatArray:
        """Return chance times amount."""
        chance = expit(logit(outlook.chance) + self.chance.scores(rows))
        return np.asarray(chance * _money(np.log(outlook.amount) + self.amount.scores(rows)) * self.smear)

    def texts(self) -> Mapping[str, str]:
        """Return one LightGBM text a part and seed."""
        return _texts(f"{self.stem}-chance", self.chance) | _texts(f"{self.stem}-amount", self.amount)

    def to_json(self) -> dict[str, Any]:
        """Return the factor and the names of the files that hold the trees."""
        files = {part: sorted(_texts(f"{self.stem}-{part}", getattr(self, part))) for part in ("chance", "amount")}
        return {"kind": self.kind, "stem": self.stem, "smear": self.smear, **files}


@dataclass(frozen=True)
class OnePart:
    """The money itself, often nothing and seldom very much (Tweedie): the outlook's times `level` times a learned factor."""

    kind: ClassVar[str] = "tweedie"
    money: Boosting
    level: float
    stem: str

    def gain(self, rows: Rows, outlook: Outlook) -> FloatArray:
        """Return the expected money."""
        return _money(np.log(outlook.expected) + self.money.scores(rows)) * self.level

    def texts(self) -> Mapping[str, str]:
        """Return one LightGBM text a seed."""
        return _texts(self.stem, self.money)

    def to_json(self) -> dict[str, Any]:
        """Return the level and the names of the files that hold the trees."""
        return {"kind": self.kind, "stem": self.stem, "level": self.level, "money": sorted(self.texts())}


@dataclass(frozen=True)
class Losses:
    """What customers cost beyond what they bring, where tickets outweigh purchases: a mean, or trees where enough of them did."""

    mean: float
    trees: Boosting | None
    stem: str

    def loss(self, rows: Rows) -> FloatArray:
        """Return the expected loss, at least 0."""
        return np.full(len(rows), self.mean) if self.trees is None else _money(self.trees.scores(rows)) * self.mean

    def texts(self) -> Mapping[str, str]:
        """Return one LightGBM text a seed, none for a mean."""
        return {} if self.trees is None else _texts(self.stem, self.trees)

    def to_json(self) -> dict[str, Any]:
        """Return the mean and the names of the files that hold the trees."""
        return {"mean": self.mean, "stem": self.stem, "trees": sorted(self.texts())}


def read_member(value: Mapping[str, Any], files: Mapping[str, bytes]) -> Member:
    """Return the member that `to_json` wrote, its trees taken from `files`."""
    if value["kind"] == TwoPart.kind:
        chance, amount = (_read(value[part], files) for part in ("chance", "amount"))
        return TwoPart(chance, amount, value["smear"], value["stem"])
    if value["kind"] == OnePart.kind:
        return OnePart(_read(value["money"], files), value["level"], value["stem"])
    if value["kind"] == RecentMember.kind:
        return RecentMember(PastRate(**{**value["rate"], "places": tuple(value["rate"]["places"])}))
    return RhythmMember()


def read_losses(value: Mapping[str, Any], files: Mapping[str, bytes]) -> Losses:
    """Return the losses that `to_json` wrote, their trees taken from `files`."""
    return Losses(value["mean"], _read(value["trees"], files) if value["trees"] else None, value["stem"])


def _money(logarithms: FloatArray) -> FloatArray:
    return np.exp(np.minimum(logarithms, _FURTHEST))


def _texts(stem: str, boosting: Boosting) -> dict[str, str]:
    return {f"{stem}-{seed}.txt": text for seed, text in enumerate(boosting.texts)}


def _read(names: list[str], files: Mapping[str, bytes]) -> Boosting:
    return Boosting.from_texts([files[name].decode() for name in names])
