"""How is the live model's recipe asked in the folds of the contenders? By what answers there already, or fitted anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.churn.recipe import BOOSTED
from models.learners.boosting import PRESETS, BoostingPreset
from models.rows import FloatArray
from training.question import Recipe
from training.questions.churn.chances import POPULATION, Chances
from training.questions.churn.learned_weights import LEARNED, Sharing
from training.questions.churn.recipes import Contender, learned_from
from training.walk_forward import answered_everywhere

OWN = "boosting"
"""The member whose trees are grown by a preset of the question's own; the others bear the name of theirs."""


@dataclass(frozen=True)
class ChampionAsked:
    """The recipe of the live model as a contender; `trees`: its boosted member, if it has one, and `preset`: how it was grown."""

    contender: Contender
    shipped: tuple[str, ...]
    trees: str | None = None
    preset: BoostingPreset | None = None

    @classmethod
    def of(cls, recipe: Recipe) -> ChampionAsked:
        """Read a stored recipe."""
        shipped = tuple(recipe["members"])
        trees = next((name for name in shipped if name in BOOSTED), None)
        preset = BoostingPreset(**recipe["presets"][trees]) if trees else None
        return cls(Contender.of(recipe), shipped, trees, preset)

    @property
    def members(self) -> tuple[str, ...]:
        """Return the members that are to answer: of a learned blend all among which it shares its weight."""
        among = learned_from(("logistic", "rfm_logistic", "mbg_nbd")) if self.is_learned else ()
        return tuple(dict.fromkeys([*self.shipped, *among, POPULATION]))

    @property
    def is_learned(self) -> bool:
        """Say whether its weights were learned."""
        return LEARNED in dict(self.contender.members)

    def is_answered(self, chances: Chances, preset: BoostingPreset | None) -> bool:
        """Say whether its members answer there, its trees grown as they were; `preset`: the one the question has of its own."""
        answered = answered_everywhere(chances.folds)
        grown_alike = self.trees is None or PRESETS.get(self.trees, preset) == self.preset
        return grown_alike and set(self.shipped) <= set(answered)

    def with_own_trees(self) -> ChampionAsked:
        """Return it with its trees as the member that is grown by a preset of its own."""
        members = tuple((OWN if name == self.trees else name, weight) for name, weight in self.contender.members)
        shipped = tuple(OWN if name == self.trees else name for name in self.shipped)
        return replace(self, contender=replace(self.contender, members=members), shipped=shipped, trees=self.trees and OWN)

    def answers(self, chances: Chances) -> tuple[FloatArray, ...] | None:
        """Return its chances at the first horizon in every fold; None where a member of it could not be fitted in all of them."""
        answered = answered_everywhere(chances.folds)
        if not set(self.shipped) <= set(answered):
            return None
        joined = replace(chances, folds=self._sharing(chances, answered).joined(chances.folds)) if self.is_learned else chances
        return tuple(joined.probabilities(self.contender, place)[:, 0] for place in range(len(chances.folds)))

    def _sharing(self, chances: Chances, answered: Sequence[str]) -> Sharing:
        return Sharing.of(chances, learned_from(answered, trees=self.trees or OWN))
