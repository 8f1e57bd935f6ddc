"""How is a transition model fitted: its members for each horizon, and which stage was ever seen to follow which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.examples import Examples
from models.learners.boosting import bin_rows, fit_boosting
from models.learners.multinomial import fit_multinomial
from models.learners.target import Target
from models.model import ColumnRange
from models.rows import FloatArray, WrongShape
from models.transition.columns import codes_of, stage_column
from models.transition.members import BoostingMember, Design, MatrixMember, Member, MultinomialMember, markov, persistence
from models.transition.model import HorizonModel, TransitionModel
from models.transition.recipe import OneStageOnly, TransitionRecipe

ENOUGH_ROWS = 200
"""Rows of a stage after which a move never seen among them is held to be impossible."""

Codes = npt.NDArray[np.intp]


@dataclass(frozen=True)
class _Task:
    """One fit: on which rows, by which recipe, from which seed, on how many threads; `stood`: the stage each row stands in."""

    examples: Examples
    recipe: TransitionRecipe
    seed: int
    threads: int

    @property
    def stage(self) -> int:
        return self.examples.names.index(stage_column(self.recipe.stage_set))

    @property
    def stood(self) -> Codes:
        return codes_of(self.examples.rows, self.stage, stages=len(self.recipe.stages))

    @property
    def codes(self) -> list[Codes]:
        return [labels.astype(np.intp) for labels in self.examples.labels.T]


def fit_transition(examples: Examples, *, recipe: TransitionRecipe, seed: int, threads: int = 1) -> TransitionModel:
    """Fit the recipe on all rows; a label is the code of the stage at the end of a horizon, a column each.

    The same examples, recipe and seed give the same model, byte for byte.

    Raises
    ------
    OneStageOnly
        If after some horizon everybody stands in one stage.
    WrongShape
        If the labels have another number of horizons than the recipe.
    """
    _check(examples, recipe)
    task = _Task(examples, recipe, seed, threads)
    fits = {name: _FITS[name](task) for name, _ in recipe.members}
    horizons = tuple(
        HorizonModel(
            horizon_days=days,
            members=tuple((name, weight, fits[name][place]) for name, weight in recipe.members),
            possible=tuple(map(tuple, possible_moves(task.stood, task.codes[place], stages=len(recipe.stages)).tolist())),
        )
        for place, days in enumerate(recipe.horizons_days)
    )
    return TransitionModel(
        name=recipe.name,
        feature_names=tuple(examples.names),
        signature=examples.signature,
        stage_set=recipe.stage_set,
        stages=recipe.stages,
        horizons=horizons,
        ranges=ColumnRange.of(examples.rows),
    )


def possible_moves(stood: Codes, codes: Codes, *, stages: int) -> npt.NDArray[np.bool_]:
    """Return which stage can follow which, shape (stages + 1, stages); the last row, of who stands in none, excludes nothing.

    A move is impossible if none of at least `ENOUGH_ROWS` rows made it, though others came to stand in that stage: nobody is new
    again. A stage in which nobody ended yet is only out of a short history's sight, and stays possible.

    Examples
    --------
    >>> stood, codes = np.repeat([0, 1], 300), np.repeat([0, 1, 1], 200)
    >>> possible_moves(stood, codes, stages=3).tolist()[:2]
    [[True, True, True], [False, True, True]]
    """
    counts = np.zeros((stages + 1, stages))
    np.add.at(counts, (stood, codes), 1)
    looked_at = counts.sum(axis=1, keepdims=True) >= ENOUGH_ROWS
    possible = (counts > 0) | ~looked_at | (counts.sum(axis=0) == 0)
    possible[-1] = True
    return np.asarray(possible)


def _check(examples: Examples, recipe: TransitionRecipe) -> None:
    if examples.labels.shape[1] != len(recipe.horizons_days):
        raise WrongShape(f"needed a label for each horizon {recipe.horizons_days}, found {examples.labels.shape[1]} columns")
    for days, labels in zip(recipe.horizons_days, examples.labels.T, strict=True):
        if not len(labels) or labels.min() == labels.max():
            raise OneStageOnly(
                f"needed customers in two stages or more after {days} days, found {len(np.unique(labels))} in {len(labels)} "
                "rows; import more history, or check the stage rules in the company file"
            )


def _boosting(task: _Task) -> list[Member]:
    preset, examples = task.recipe.preset, task.examples
    data = bin_rows(examples.rows, examples.names, preset=preset, threads=task.threads)
    targets = [Target.of_classes(labels, classes=len(task.recipe.stages)) for labels in task.examples.labels.T]
    return [
        BoostingMember(fit_boosting(data, target, preset=preset, seed=task.seed), stem=f"transition-{days}-boosting")
        for days, target in zip(task.recipe.horizons_days, targets, strict=True)
    ]


def _multinomial(task: _Task) -> list[Member]:
    design = Design.of(task.examples.names, stage=task.stage, stages=len(task.recipe.stages))
    rows = design.apply(task.examples.rows)
    return [MultinomialMember(fit_multinomial(rows, labels, classes=design.stages), design) for labels in task.examples.labels.T]


def _matrix(task: _Task, chances: Callable[..., FloatArray]) -> list[Member]:
    fitted = [chances(task.stood, codes, stages=len(task.recipe.stages)) for codes in task.codes]
    return [MatrixMember(tuple(map(tuple, each.tolist())), task.stage) for each in fitted]


_FITS: dict[str, Callable[[_Task], list[Member]]] = {
    "boosting": _boosting,
    "multinomial": _multinomial,
    "markov": lambda task: _matrix(task, markov),
    "persistence": lambda task: _matrix(task, persistence),
}
