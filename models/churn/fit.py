"""How is a churn model fitted: its members for each horizon, and the limits of what it has seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.errors import InvalidInput
from models.churn.members import (
    RHYTHM_FEATURES,
    BoostingMember,
    LogisticMember,
    Member,
    PriorMember,
    RhythmMember,
    purchase_histories,
)
from models.churn.model import ChurnModel, HorizonModel
from models.churn.recipe import BOOSTED, ChurnRecipe, LabelsInvalid, OneSided, RecipeInvalid
from models.examples import Examples
from models.learners.blend import to_log_odds
from models.learners.boosting import BoostingData, bin_rows, fit_boosting
from models.learners.btyd import fit_btyd
from models.learners.calibration import Calibration
from models.learners.logistic import fit_logistics
from models.model import ColumnRange
from models.rows import missing_share, quantities

RFM_FEATURES = (
    "purchases_days_since_last",
    "purchases_days_365d",
    "purchases_days_lifetime",
    "purchases_revenue_365d",
    "purchases_days_since_first",
    "contract_days_left",
    "tenure_days",
)
"""Recency, frequency, monetary value and tenure, with the days left of a contract; those of them that the catalogue has."""

_USUAL = 0.999  # of the training rows; the emptiest few must not make every emptiness look usual


class FeaturesMissing(InvalidInput):
    """The examples lack a feature that a member reads by name."""


@dataclass(frozen=True)
class _Task:
    """One fit: on which rows, by which recipe, from which seed, on how many threads."""

    examples: Examples
    recipe: ChurnRecipe
    seed: int
    threads: int

    @cached_property
    def binned(self) -> BoostingData:
        """Put the rows in bins, once for all presets, horizons and seeds."""
        return bin_rows(self.examples.rows, self.examples.names, preset=self.recipe.preset, threads=self.threads)


def fit_churn(examples: Examples, *, recipe: ChurnRecipe, seed: int, threads: int = 1) -> ChurnModel:
    """Fit the recipe on all rows of the examples; the same examples, recipe and seed give the same model, byte for byte.

    Raises
    ------
    OneSided
        If nobody left within some horizon, or everybody did.
    RecipeInvalid
        If the labels have another number of horizons than the recipe.
    LabelsInvalid
        If a label is neither 0 nor 1.
    """
    _check(examples, recipe)
    return _fitted(_Task(examples, recipe, seed, threads))


def _check(examples: Examples, recipe: ChurnRecipe) -> None:
    if examples.labels.shape[1] != len(recipe.horizons_days):
        raise RecipeInvalid(f"needed a label for each horizon {recipe.horizons_days}, found {examples.labels.shape[1]} columns")
    if not np.isin(examples.labels, (0.0, 1.0)).all():
        raise LabelsInvalid("needed labels that are 0 or 1, found others; leave out rows whose label is not mature yet")
    for days, labels in zip(recipe.horizons_days, examples.labels.T, strict=True):
        if not len(labels) or labels.min() == labels.max():
            raise OneSided(
                f"needed some who left within {days} days and some who stayed, found {int(labels.sum())} of {len(labels)}; "
                "import more history, or check what churn means in the company file"
            )


def _fitted(task: _Task) -> ChurnModel:
    examples, recipe = task.examples, task.recipe
    fits = {name: _boosting(task, name) if name in BOOSTED else _FITS[name](task) for name, _ in recipe.members}
    rates = examples.labels.mean(axis=0)
    horizons = tuple(
        HorizonModel(
            horizon_days=days,
            members=tuple((name, weight, fits[name][place]) for name, weight in recipe.members),
            calibration=Calibration(),
            population_log_odds=float(to_log_odds(rates[place])),
        )
        for place, days in enumerate(recipe.horizons_days)
    )
    return ChurnModel(
        name=recipe.name,
        definition=recipe.definition,
        feature_names=tuple(examples.names),
        signature=examples.signature,
        horizons=horizons,
        missing_limit=float(np.quantile(missing_share(examples.rows), _USUAL, method="higher")),
        ranges=ColumnRange.of(examples.rows),
    )


def _boosting(task: _Task, name: str) -> list[Member]:
    preset = task.recipe.grown(name)
    return [
        BoostingMember(fit_boosting(task.binned, labels, preset=preset, seed=task.seed), stem=f"churn-{days}-{name}")
        for days, labels in zip(task.recipe.horizons_days, task.examples.labels.T, strict=True)
    ]


def _logistic(task: _Task) -> list[Member]:
    return _logistic_over(task, quantities(task.examples.names))


def _rfm_logistic(task: _Task) -> list[Member]:
    names = task.examples.names
    return _logistic_over(task, _places(names, [name for name in RFM_FEATURES if name in names] or RFM_FEATURES))


def _logistic_over(task: _Task, columns: Sequence[int]) -> list[Member]:
    fitted = fit_logistics(task.examples.rows[:, list(columns)], task.examples.labels)
    return [LogisticMember(logistic, tuple(columns)) for logistic in fitted]


def _mbg_nbd(task: _Task) -> list[Member]:
    columns = tuple(_places(task.examples.names, RHYTHM_FEATURES))
    btyd = fit_btyd(purchase_histories(task.examples.population(), columns))
    return [RhythmMember(btyd, columns, days) for days in task.recipe.horizons_days]


def _prior(task: _Task) -> list[Member]:
    return [PriorMember(float(rate)) for rate in task.examples.labels.mean(axis=0)]


_FITS: dict[str, Callable[[_Task], list[Member]]] = {
    "logistic": _logistic,
    "mbg_nbd": _mbg_nbd,
    "rfm_logistic": _rfm_logistic,
    "prior": _prior,
}


def _places(names: Sequence[str], wanted: Sequence[str]) -> list[int]:
    missing = [name for name in wanted if name not in names]
    if missing:
        raise FeaturesMissing(f"needed the features {', '.join(wanted)}; missing: {', '.join(missing)}")
    return [list(names).index(name) for name in wanted]
