"""How is an acceptance model fitted: small trees and a logistic regression held tight, blended half and half in log-odds.

Campaigns are few and alike inside, so both members are kept smaller than elsewhere. A level of its own for each type of offer,
learned from earlier rounds and shrunk, was tried on rolling campaigns and made the log-loss worse: there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from models.acceptance.model import AcceptanceModel
from models.churn.members import BoostingMember, LogisticMember, Member
from models.churn.model import HorizonModel
from models.churn.recipe import OneSided, RecipeInvalid
from models.examples import Examples
from models.learners.blend import check_weights, to_log_odds
from models.learners.boosting import BoostingPreset, bin_rows, fit_boosting
from models.learners.calibration import Calibration
from models.learners.logistic import fit_logistic
from models.learners.target import Target
from models.model import ColumnRange
from models.rows import FloatArray, quantities

SMALL = BoostingPreset(leaves=4, rounds=150)
_OF_OFFER = "offer_"
_TIGHT = 0.03  # of the logistic: hundreds of columns, and often fewer than a hundred who said yes


@dataclass(frozen=True)
class AcceptanceRecipe:
    """How an acceptance model is made; `members` are `boosting`, `logistic` and `terms`, with weights that add up to 1."""

    name: str = "boosting_logistic"
    members: tuple[tuple[str, float], ...] = (("boosting", 0.5), ("logistic", 0.5))
    preset: BoostingPreset = field(default=SMALL)
    looseness: float = _TIGHT

    def __post_init__(self) -> None:
        check_weights(self.members)
        if unknown := [name for name, _ in self.members if name not in _FITS]:
            raise RecipeInvalid(f"needed members {', '.join(_FITS)}; found {unknown}")


def fit_acceptance(examples: Examples, *, recipe: AcceptanceRecipe, valid_days: float, seed: int) -> AcceptanceModel:
    """Fit the recipe on exposures, a label of 1.0 for those accepted; the same examples and seed give the same model.

    `valid_days`: how long the longest offer among the examples could be taken.

    Raises
    ------
    OneSided
        If every offer was taken, or none was.
    """
    accepted = examples.labels[:, 0]
    if not len(accepted) or accepted.min() == accepted.max():
        raise OneSided(
            f"needed some offers that were accepted and some that were not, found {int(accepted.sum())} of {len(accepted)}; "
            "wait for more answers"
        )
    members = tuple((name, weight, _FITS[name](examples, recipe, seed)) for name, weight in recipe.members)
    blend = HorizonModel(round(valid_days), members, Calibration(), float(to_log_odds(accepted.mean())))
    return AcceptanceModel(recipe.name, tuple(examples.names), examples.signature, blend, ColumnRange.of(examples.rows))


def _boosting(examples: Examples, recipe: AcceptanceRecipe, seed: int) -> Member:
    data = bin_rows(examples.rows, examples.names, preset=recipe.preset)
    target = Target.binary(examples.labels[:, 0], weights=examples.weights)
    return BoostingMember(fit_boosting(data, target, preset=recipe.preset, seed=seed), stem="acceptance-boosting")


def _logistic(examples: Examples, recipe: AcceptanceRecipe, _seed: int) -> Member:
    columns = tuple(quantities(examples.names))
    rows = np.ascontiguousarray(examples.rows[:, list(columns)])
    weights = _relative(examples.weights)
    logistic = fit_logistic(rows, examples.labels[:, 0], looseness=recipe.looseness, weights=weights)
    return LogisticMember(logistic, columns)


def _terms(examples: Examples, _recipe: AcceptanceRecipe, _seed: int) -> Member:
    """Fit a regression on what is known of the offer alone: how often such an offer is taken, whoever is asked."""
    columns = tuple(place for place, name in enumerate(examples.names) if name.startswith(_OF_OFFER))
    rows = np.ascontiguousarray(examples.rows[:, list(columns)])
    return LogisticMember(fit_logistic(rows, examples.labels[:, 0], weights=_relative(examples.weights)), columns)


def _relative(weights: FloatArray | None) -> FloatArray | None:
    return None if weights is None else weights / weights.mean()


_FITS: dict[str, Callable[[Examples, AcceptanceRecipe, int], Member]] = {
    "boosting": _boosting,
    "logistic": _logistic,
    "terms": _terms,
}
