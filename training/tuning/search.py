"""Which way to grow trees is tried next, and which is given up early: every trial follows from those before it and a seed.

A trial is kept when it has ended and not before, and what is tried next depends on nothing but what is kept. So a search that
was killed goes on where it stopped and ends as if nobody had killed it, and a longer one begins with a shorter one's trials.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from models.learners.boosting import BoostingPreset
from training.examples import Say
from training.tuning.space import Space

if TYPE_CHECKING:
    from optuna import Study
    from optuna.samplers import BaseSampler
    from optuna.trial import FrozenTrial

Tried: TypeAlias = Callable[[BoostingPreset], Iterator[float]]
"""Tries a way to grow trees; gives its loss so far after each moment."""

_ENDED_BEFORE_GIVING_UP = 5  # so that there is a median to be worse than


@dataclass(frozen=True)
class Trial:
    """One way that was tried. One given up early has the loss at which it was, and is never chosen."""

    number: int
    preset: BoostingPreset
    loss: float
    given_up: bool


@dataclass(frozen=True)
class Search:
    """What is searched over, how a way is tried, and the seed. The defaults of the space are tried first, each to its end."""

    space: Space
    tried: Tried
    seed: int

    def trials(self, kept: Study, *, count: int, say: Say | None = None) -> list[Trial]:
        """Return the first `count` trials; those that are kept already are not made again."""
        with quiet_optuna():
            while len(earlier := kept.trials) < count:
                kept.add_trial(self._made(earlier))
                if say:
                    say(_progress(self._read(kept.trials), count=count))
            return self._read(earlier[:count])

    def _made(self, earlier: Sequence[FrozenTrial]) -> FrozenTrial:
        import optuna
        from optuna.trial import TrialState, create_trial

        pruner = optuna.pruners.MedianPruner(n_startup_trials=_ENDED_BEFORE_GIVING_UP)
        study = optuna.create_study(sampler=self._sampler(len(earlier)), pruner=pruner)
        study.add_trials(earlier)
        default = self._default(len(earlier))
        if default is not None:
            study.enqueue_trial(dict(self.space.parameters(default)))
        asked, losses, given_up = study.ask(self.space.distributions), [], False
        for step, loss in enumerate(self.tried(default or self.space.preset(asked.params))):
            asked.report(loss, step)
            losses.append(loss)
            given_up = default is None and asked.should_prune()
            if given_up:
                break
        return create_trial(
            state=TrialState.PRUNED if given_up else TrialState.COMPLETE,
            value=None if given_up else losses[-1],
            params=asked.params,
            distributions=asked.distributions,
            intermediate_values=dict(enumerate(losses)),
        )

    def _sampler(self, number: int) -> BaseSampler:
        """Return a sampler of a seed of its own for each trial: what was drawn before a kill is not missed after it."""
        from optuna.samplers import TPESampler

        return TPESampler(seed=int(np.random.SeedSequence([self.seed, number]).generate_state(1)[0]))

    def _default(self, number: int) -> BoostingPreset | None:
        return self.space.defaults[number] if number < len(self.space.defaults) else None

    def _read(self, trials: Sequence[FrozenTrial]) -> list[Trial]:
        return [
            Trial(
                number=number,
                preset=self._default(number) or self.space.preset(trial.params),
                loss=list(trial.intermediate_values.values())[-1],
                given_up=trial.value is None,
            )
            for number, trial in enumerate(trials)
        ]


def best_of(trials: Sequence[Trial]) -> Trial:
    """Return the trial of the lowest loss among those tried to the end; of equal ones the first."""
    return min((trial for trial in trials if not trial.given_up), key=lambda trial: trial.loss)


@contextmanager
def quiet_optuna() -> Iterator[None]:
    """Silence what optuna says of every trial; what a reader needs is said in this project's words."""
    import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)


def _progress(trials: Sequence[Trial], *, count: int) -> str:
    last, best = trials[-1], best_of(trials)
    found = "given up early" if last.given_up else f"{last.loss:.5g}"
    return f"tuning: trial {len(trials)} of {count}: {found}; best so far {best.loss:.5g} (trial {best.number + 1})"
