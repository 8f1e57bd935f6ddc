"""Which ways to make a churn model compete, and which wins: the lowest log-loss at past moments, no calibration unless it pays.

The rule was fixed before any result was seen. Of the named ways to grow trees the one with the lowest log-loss over the folds
stands for trees. Of the few blends of it with the other kinds of learners, without calibration, the lowest log-loss wins. A
calibration joins it only if it lowers that log-loss by `WORTH_IT`, and in most of the folds that it moves (`Chances.repeats`),
when fitted at each fold on answers to earlier folds whose labels had closed by then: the newest season is a poor guide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.churn import BASELINES, ChurnRecipe
from models.churn.recipe import BOOSTED, Definition
from models.grades import ENOUGH_CUSTOMERS
from models.learners.boosting import PRESETS, BoostingPreset
from models.learners.calibration import CANDIDATES, SEASON
from training.questions.churn.learned_weights import LEARNED

WORTH_IT = 0.002

_TREES = "boosting"
_BLENDS: Mapping[str, tuple[tuple[str, float], ...]] = {
    "trees": ((_TREES, 1.0),),
    "trees_mbg_nbd": ((_TREES, 0.7), ("mbg_nbd", 0.3)),
    "trees_logistic": ((_TREES, 0.7), ("logistic", 0.3)),
    "trees_rfm": ((_TREES, 0.5), ("rfm_logistic", 0.5)),
    "rhythm_rfm": (("mbg_nbd", 0.5), ("rfm_logistic", 0.5)),
    "trees_rhythm_rfm": ((_TREES, 0.5), ("mbg_nbd", 0.25), ("rfm_logistic", 0.25)),
    LEARNED: ((LEARNED, 1.0),),
}
_ALONE: Mapping[str, tuple[tuple[str, float], ...]] = {
    "rhythm": (("mbg_nbd", 1.0),),
    "rfm": (("rfm_logistic", 1.0),),
}
_LEARNED_FROM = (_TREES, "mbg_nbd", "rfm_logistic", "logistic")


@dataclass(frozen=True)
class Contender:
    """One blend of members, linear in log-odds, with one calibration."""

    blend: str
    members: tuple[tuple[str, float], ...]
    calibration: str = "none"

    @classmethod
    def of(cls, recipe: Mapping[str, Any]) -> Contender:
        """Return the contender that a stored recipe was; a learned blend learns its weights anew in each fold.

        >>> Contender.of({"blend": "learned_pooled", "members": {"slow": 0.7, "prior": 0.3}, "calibration": "none"}).members
        (('learned', 0.7), ('prior', 0.3))
        """
        members, blend = dict(recipe["members"]), str(recipe["blend"])
        if blend.startswith(LEARNED):
            pooled = {"prior": members["prior"]} if "prior" in members else {}
            members = {LEARNED: round(1.0 - sum(pooled.values()), 12), **pooled}
        return cls(blend, tuple(members.items()), str(recipe["calibration"]))

    def recipe(self, definition: Definition, horizons_days: tuple[int, ...], *, preset: BoostingPreset) -> ChurnRecipe:
        """Return the contender as the recipe that is fitted; its calibration is learned from answers at past moments."""
        return ChurnRecipe(self.blend, self.members, definition, horizons_days, preset)

    def pooled(self, customers: int) -> Contender:
        """Return the contender drawn towards the rate of all, the more so the fewer customers there are below enough.

        >>> Contender("trees", (("boosting", 1.0),)).pooled(400).members
        (('boosting', 0.8), ('prior', 0.2))
        """
        own = customers / ENOUGH_CUSTOMERS
        members = tuple((name, round(weight * own, 12)) for name, weight in self.members)
        return replace(self, blend=f"{self.blend}_pooled", members=(*members, ("prior", round(1.0 - own, 12))))

    def weighing(self, weights: Sequence[tuple[str, float]]) -> Contender:
        """Return the contender with the learned blend replaced by the members it stands for."""
        own = dict(self.members).get(LEARNED)
        if own is None:
            return self
        others = tuple((name, weight) for name, weight in self.members if name != LEARNED)
        return replace(self, members=(*((name, weight * own) for name, weight in weights), *others))


def contenders(learned: Sequence[str], *, trees: str = _TREES, customers: int = ENOUGH_CUSTOMERS) -> list[Contender]:
    """Return every blend whose members could all be fitted, without calibration; `trees`: the member that stands for trees.

    Where customers are few, models of few parameters may win alone, and every blend also competes drawn towards the rate of all.

    >>> [contender.blend for contender in contenders(["shallow", "logistic", "rfm_logistic"], trees="shallow")]
    ['trees', 'trees_logistic', 'trees_rfm', 'learned']
    """
    fitted, few = {*learned, LEARNED}, customers < ENOUGH_CUSTOMERS
    blends = {**_BLENDS, **_ALONE} if few else _BLENDS
    named = {blend: tuple((trees if name == _TREES else name, weight) for name, weight in own) for blend, own in blends.items()}
    whole = [Contender(blend, own) for blend, own in named.items() if all(name in fitted for name, _ in own)]
    return [*whole, *(each.pooled(customers) for each in whole)] if few else whole


def calibrated(contender: Contender) -> list[Contender]:
    """Return a contender with each calibration that may join it."""
    return [replace(contender, calibration=kind) for kind in (*CANDIDATES, SEASON) if kind != "none"]


def learned_from(learned: Sequence[str], *, trees: str = _TREES) -> tuple[str, ...]:
    """Return the members among which the learned blend shares its weight."""
    return tuple(name for name in (trees if each == _TREES else each for each in _LEARNED_FROM) if name in learned)


def members_to_fit(definition: Definition, *, trees: Sequence[str] = (_TREES,)) -> tuple[str, ...]:
    """Return every member that a contender or a baseline needs: each is fitted once a fold, and the blends are arithmetic.

    >>> members_to_fit("contract")
    ('boosting', 'logistic', 'prior', 'rfm_logistic')
    """
    baselines = [name for name, definitions in BASELINES.items() if definition in definitions]
    return tuple(sorted({*trees, "logistic", *baselines}))


def ways_to_grow(preset: BoostingPreset | None, *, beside: bool = False) -> tuple[str, ...]:
    """Return the members that are trees: of the preset given, of every named one, or of all of them.

    >>> ways_to_grow(BoostingPreset()), set(ways_to_grow(None)) == set(PRESETS)
    (('boosting',), True)
    >>> ways_to_grow(BoostingPreset(), beside=True) == (*ways_to_grow(None), "boosting")
    True
    """
    named = tuple(name for name in BOOSTED if name in PRESETS)
    if preset is None:
        return named
    return (*named, _TREES) if beside else (_TREES,)


def choose(losses: Mapping[Contender, float]) -> Contender:
    """Return the contender that the rule above chooses, given the log-loss of each over the folds.

    >>> plain, platt = Contender("trees", (("boosting", 1.0),)), Contender("trees", (("boosting", 1.0),), "platt")
    >>> choose({plain: 0.500, platt: 0.499}).calibration, choose({plain: 0.500, platt: 0.497}).calibration
    ('none', 'platt')
    """
    plain = [contender for contender in losses if contender.calibration == "none"]
    best = min(plain, key=lambda contender: losses[contender])
    own = [each for each in losses if each.blend == best.blend]
    bent = min(own, key=lambda contender: losses[contender])
    return bent if losses[bent] < losses[best] - WORTH_IT else best
