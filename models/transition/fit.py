"""How is a transition model fitted: its members for each horizon, and which stage was ever seen to follow which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial

import numpy as np

from models.examples import Examples
from models.learners.boosting import BoostingData, BoostingPreset, bin_rows, fit_boosting
from models.learners.multinomial import fit_multinomial
from models.learners.target import Target
from models.model import ColumnRange
from models.rows import FloatArray, WrongShape
from models.transition.columns import codes_of, stage_column
from models.transition.matrices import Codes, markov, persistence, possible_moves
from models.transition.members import BoostingMember, CorrectedMember, Design, MatrixMember, Member, MultinomialMember
from models.transition.model import HorizonModel, TransitionModel
from models.transition.recipe import LOOSENESS, OneStageOnly, TransitionRecipe


@dataclass(frozen=True)
class _Task:
    """One fit: on which rows, by which recipe, from which seed; `stood`: the stage each row stands in.

    `binned` puts the rows in bins, once, where trees are asked for.
    """

    examples: Examples
    recipe: TransitionRecipe
    seed: int
    binned: Callable[[], BoostingData]

    @property
    def stage(self) -> int:
        return self.examples.names.index(stage_column(self.recipe.stage_set))

    @cached_property
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
    return grow_transition(examples, recipe=recipe, seed=seed, threads=threads)(recipe.preset)


def grow_transition(
    examples: Examples, *, recipe: TransitionRecipe, seed: int, threads: int = 1
) -> Callable[[BoostingPreset], TransitionModel]:
    """Return what fits the recipe with its trees grown in one way; for all ways the rows are put in bins once.

    Raises
    ------
    OneStageOnly, WrongShape
        As `fit_transition` does, before anything is grown.
    """
    _check(examples, recipe)
    binned = cache(partial(bin_rows, examples.rows, examples.names, preset=recipe.preset, threads=threads))
    ranges = ColumnRange.of(examples.rows)

    def grown(preset: BoostingPreset) -> TransitionModel:
        return _fitted(_Task(examples, replace(recipe, preset=preset), seed, binned), ranges)

    return grown


def _fitted(task: _Task, ranges: ColumnRange) -> TransitionModel:
    examples, recipe = task.examples, task.recipe
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
        ranges=ranges,
    )


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
    return [_grown(task, place, "boosting") for place in range(len(task.codes))]


def _corrected(task: _Task) -> list[Member]:
    """Grow trees from the log-chances of the Markov matrix: short histories tell the matrix before they tell the features."""
    members: list[Member] = []
    for place, matrix in enumerate(_matrices(task, markov)):
        known = matrix.log_chances(task.examples.rows)
        members.append(CorrectedMember(_grown(task, place, "corrected", known=known), matrix))
    return members


def _grown(task: _Task, place: int, name: str, *, known: FloatArray | None = None) -> BoostingMember:
    """Grow trees for one horizon, from nothing or from log-chances that are known, shape (n, stages)."""
    target = Target.of_classes(task.examples.labels[:, place], classes=len(task.recipe.stages))
    if known is not None:
        target = replace(target, offset=known.ravel(order="F"))  # LightGBM wants all rows of a class together
    boosting = fit_boosting(task.binned(), target, preset=task.recipe.preset, seed=task.seed)
    return BoostingMember(boosting, stem=f"transition-{task.recipe.horizons_days[place]}-{name}")


def _multinomial(task: _Task) -> list[Member]:
    design = Design.of(task.examples.names, stage=task.stage, stages=len(task.recipe.stages))
    rows = design.apply(task.examples.rows)
    fitted = [fit_multinomial(rows, codes, classes=design.stages, looseness=LOOSENESS) for codes in task.examples.labels.T]
    return [MultinomialMember(each, design) for each in fitted]


def _matrices(task: _Task, chances: Callable[..., FloatArray]) -> list[MatrixMember]:
    fitted = [chances(task.stood, codes, stages=len(task.recipe.stages)) for codes in task.codes]
    return [MatrixMember(tuple(map(tuple, each.tolist())), task.stage) for each in fitted]


_FITS: dict[str, Callable[[_Task], Sequence[Member]]] = {
    "boosting": _boosting,
    "corrected": _corrected,
    "multinomial": _multinomial,
    "markov": lambda task: _matrices(task, markov),
    "persistence": lambda task: _matrices(task, persistence),
}
