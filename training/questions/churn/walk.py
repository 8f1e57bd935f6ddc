"""What the walk over past moments told of churn: which contender won, and what it and the baselines answered to every fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.churn import BASELINES
from models.churn.interval import RateInterval, Tenth, fit_interval, tenths_of
from models.churn.recipe import BOOSTED
from models.learners.calibration import SEASON
from models.rows import FloatArray
from training.contest import Answered, pooled_draws
from training.measures.binary import measure
from training.measures.resamples import Estimate, estimates
from training.questions.churn.chances import POPULATION, Chances
from training.questions.churn.learned_weights import LEARNED, Sharing
from training.questions.churn.members import RULES
from training.questions.churn.recipes import Contender
from training.records.report import CHAMPION, CHOSEN, Finding
from training.walk_forward import AnsweredFold


@dataclass(frozen=True)
class Walked:
    """Every member's answers at the main horizon (`first`), those of the chosen contender at all (`chances`), and the choice.

    `losses`: of every contender, at the main horizon. `main`: the place of the main horizon. `champion`: what the live model's
    recipe would have said in each fold at it. `opposite`: what is told is the chance that it does not happen.
    """

    first: Chances
    chances: Chances
    losses: dict[Contender, float]
    chosen: Contender
    sharing: Sharing
    learned: tuple[str, ...]
    main: int
    champion: tuple[FloatArray, ...] | None = None
    opposite: bool = False

    @property
    def shipped(self) -> Contender:
        """Return the chosen contender with its weights as learned from all folds."""
        return self.chosen.weighing(self.sharing.shipped)

    @property
    def members(self) -> tuple[str, ...]:
        """Return the members the chosen contender rests on, in any fold or in what ships, and the population."""
        named = {name for name, _ in self.shipped.members}
        return tuple(sorted({*named, POPULATION, *(self.sharing.members if self.rests_on_learned else ())}))

    @property
    def rests_on_learned(self) -> bool:
        """Say whether the chosen contender is the blend whose weights were learned."""
        return LEARNED in dict(self.chosen.members)

    def left_out(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """Return the members wanted that could not be fitted at some past moment."""
        return tuple(name for name in wanted if name not in self.learned and name not in BOOSTED)

    def weights(self) -> list[Finding]:
        """Return what each member weighs in what ships."""
        return [{"member": name, "weight": weight} for name, weight in self.shipped.members]

    def told(self, chances: FloatArray) -> FloatArray:
        """Return chances, or labels, of what is told."""
        return 1.0 - chances if self.opposite else chances

    def answered(self, place: int, horizon: int) -> Answered:
        """Return what the recipe and, at the main horizon, the baselines answered in a fold."""
        fold = self.chances.folds[place]
        answers = {CHOSEN: self.chances.probabilities(self.chosen, place)[:, horizon]}
        if horizon == self.main:
            named = [name for name in (*BASELINES, *RULES) if name in self.learned]
            answers |= {name: self.first.member(name, place)[:, 0] for name in named}
            answers |= {CHAMPION: self.champion[place]} if self.champion else {}
        told = {name: self.told(chances) for name, chances in answers.items()}
        return Answered.of(fold, told, truth=self.told(fold.labels[:, horizon]))

    def at_horizon(self, horizon: int, *, seed: int) -> dict[str, Estimate]:
        """Return the recipe's measures at one horizon, pooled over the folds."""
        folds = [self.answered(place, horizon) for place in range(len(self.chances.folds))]
        recipe = [replace(fold, answers={CHOSEN: fold.answers[CHOSEN]}) for fold in folds]
        return estimates(pooled_draws(recipe, measure, seed=seed)[CHOSEN])

    def interval(self, *, horizon_days: int) -> RateInterval:
        """Return how sure the chance at the main horizon is, as all folds tell."""
        tenths = [self._tenths(place, fold.labels) for place, fold in enumerate(self.chances.folds)]
        return fit_interval(tenths, horizon_days=horizon_days)

    def coverage(self) -> list[Finding]:
        """Return, for each fold after others had closed, how many tenths lay in the interval learned from those, and in all."""
        lines = [self._covered(place) for place in range(len(self.chances.folds)) if self.chances.closed(place)]
        tenths, inside = (sum(int(line[name] or 0) for line in lines) for name in ("tenths", "inside"))
        whole: Finding = {"origin": None, "learned_from": None, "tenths": tenths, "inside": inside}
        return [*lines, {**whole, "share": inside / tenths}] if tenths else []

    def seasons(self) -> list[Finding]:
        """Return what last year's shift did at each fold, and whether it is applied, with the reason."""
        season, folds = self.chances.season, self.chances.folds
        if season is None:
            return []
        lines: list[Finding] = [
            {
                "origin": folds[place].fold.origin,
                "shift": float(season.by_fold[place, self.main]),
                "log_loss_gain": self.chances.season_gain(self.chosen, place) / len(folds[place].labels),
            }
            for place in range(len(folds))
            if season.known(place)
        ]
        return [
            *lines,
            {"origin": None, "applied": int(self.chosen.calibration == SEASON), "reason": self._season_reason(len(lines))},
        ]

    def _tenths(self, place: int, labels: FloatArray) -> list[Tenth]:
        return tenths_of(self.chances.probabilities(self.chosen, place)[:, self.main], labels[:, self.main])

    def _covered(self, place: int) -> Finding:
        closed, tenths = self.chances.closed(place), self._tenths(place, self.chances.folds[place].labels)
        told = zip(closed, self.chances.told(place), strict=True)
        interval = fit_interval([self._tenths(each, fold.labels) for each, fold in told], horizon_days=1)
        inside = sum(interval.holds(tenth) for tenth in tenths)
        line: Finding = {"origin": self.chances.folds[place].fold.origin, "learned_from": len(closed), "tenths": len(tenths)}
        return {**line, "inside": inside, "share": inside / len(tenths)}

    def _season_reason(self, known: int) -> str:
        if self.chosen.calibration == SEASON:
            return "last year's shift lowered the log-loss at an earlier season, and at those graded"
        if not known:
            return "no season that was graded has a whole year before it: off until one has"
        return "not shown at an earlier season to lower the log-loss enough"


def merged(first: AnsweredFold, others: AnsweredFold, *, main: int) -> AnsweredFold:
    """Return a fold with the answers at all horizons: those at the main one put among those at the others."""
    answers = {name: np.insert(odds, main, first.answers[name][:, 0], axis=1) for name, odds in others.answers.items()}
    return replace(others, answers=answers)
