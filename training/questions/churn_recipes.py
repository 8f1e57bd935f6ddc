"""Which ways to make a churn model compete, and which wins: the lowest log-loss at past moments, no calibration unless it pays.

Every blend competes with every calibration. The rule was fixed before any result was seen: among the blends without calibration
the lowest log-loss over the folds wins; a calibration joins it only if it lowers that log-loss by `WORTH_IT`, when fitted at each
fold on answers to earlier folds whose labels had closed by then. The newest season is a poor guide to the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.churn import BASELINES, ChurnRecipe
from models.churn.recipe import Definition
from models.learners.boosting import BoostingPreset
from models.learners.calibration import CANDIDATES

WORTH_IT = 0.002

_BLENDS: Mapping[str, tuple[tuple[str, float], ...]] = {
    "boosting": (("boosting", 1.0),),
    "boosting_mbg_nbd": (("boosting", 0.7), ("mbg_nbd", 0.3)),
    "boosting_logistic": (("boosting", 0.7), ("logistic", 0.3)),
}


@dataclass(frozen=True)
class Contender:
    """One blend of members, linear in log-odds, with one calibration."""

    blend: str
    members: tuple[tuple[str, float], ...]
    calibration: str = "none"

    def recipe(self, definition: Definition, horizons_days: tuple[int, ...], *, preset: BoostingPreset) -> ChurnRecipe:
        """Return the contender as the recipe that is fitted; its calibration is learned from answers at past moments."""
        return ChurnRecipe(self.blend, self.members, definition, horizons_days, preset)


def contenders(learned: Sequence[str]) -> list[Contender]:
    """Return every contender whose members could all be fitted, the uncalibrated ones first.

    >>> [contender.blend for contender in contenders(["boosting", "logistic"])][:3]
    ['boosting', 'boosting_logistic', 'boosting']
    """
    blends = {name: members for name, members in _BLENDS.items() if all(member in learned for member, _ in members)}
    return [Contender(name, members, calibration) for calibration in CANDIDATES for name, members in blends.items()]


def members_to_fit(definition: Definition) -> tuple[str, ...]:
    """Return every member that a contender or a baseline needs: each is fitted once a fold, and the blends are arithmetic.

    >>> members_to_fit("contract")
    ('boosting', 'logistic', 'prior', 'rfm_logistic')
    """
    named = [member for members in _BLENDS.values() for member, _ in members]
    baselines = [name for name, definitions in BASELINES.items() if definition in definitions]
    fitting = [member for member in named if member not in BASELINES or member in baselines]
    return tuple(sorted({*fitting, *baselines}))


def choose(losses: Mapping[Contender, float]) -> Contender:
    """Return the contender that the rule above chooses, given the log-loss of each over the folds.

    >>> plain, platt = Contender("boosting", (("boosting", 1.0),)), Contender("boosting", (("boosting", 1.0),), "platt")
    >>> choose({plain: 0.500, platt: 0.499}).calibration, choose({plain: 0.500, platt: 0.497}).calibration
    ('none', 'platt')
    """
    plain = [contender for contender in losses if contender.calibration == "none"]
    best = min(plain, key=lambda contender: losses[contender])
    calibrated = min((each for each in losses if each.blend == best.blend), key=lambda contender: losses[contender])
    return calibrated if losses[calibrated] < losses[best] - WORTH_IT else best
