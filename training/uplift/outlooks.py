"""How is the outlook of customers learned, and predicted for the very rows it is learned from: by those of other customers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.learners.boosting import Boosting, BoostingPreset, bin_rows, fit_boosting
from models.learners.target import Target
from models.rows import BoolArray, FloatArray
from models.uplift import Outlook, OutlookModel
from training.uplift.trial import Trial

FOLDS = 3
PRESET = BoostingPreset(leaves=15, learning_rate=0.07, rounds=100, most_columns=60, row_share=0.8, bag=1)
_ACCEPTANCE = BoostingPreset(leaves=7, learning_rate=0.07, rounds=80, most_columns=60, row_share=0.8, bag=1)
_FEWEST = 50


def customer_folds(customers: npt.NDArray[np.int32], *, folds: int = FOLDS, seed: int = 0) -> npt.NDArray[np.intp]:
    """Return the fold of each row; all rows of a customer lie in one."""
    known, codes = np.unique(customers, return_inverse=True)
    return np.random.default_rng([seed, folds]).permutation(np.arange(len(known)) % folds)[codes]


def fit_outlook(trial: Trial, *, seed: int = 0) -> OutlookModel:
    """Learn from all decisions, whoever chose: acceptance from those shown, the rest from what became of everybody.

    Where no customer ever bought a term, or too few were gone or stayed, only what is bought is predicted, whatever it is.
    """
    acceptance = tuple(_acceptance(trial, arm, seed=seed) for arm in range(len(trial.arms)))
    gone, stayed = trial.gone == 1.0, trial.gone == 0.0
    if min(gone.sum(), stayed.sum()) < _FEWEST:
        return OutlookModel(
            trial.names, acceptance, None, None, None, _amounts(trial, np.isfinite(trial.total), trial.total, seed)
        )
    return OutlookModel(
        trial.names,
        acceptance,
        _grown(trial.where(gone | stayed), Target.binary(trial.gone[gone | stayed]), PRESET, seed=seed),
        _amounts(trial, ~gone, trial.terms, seed),
        _amounts(trial, gone, trial.terms, seed),
        _amounts(trial, np.isfinite(trial.total), trial.total - trial.terms, seed),
    )


def crossed_outlook(trial: Trial, *, seed: int = 0) -> Outlook:
    """Predict the outlook of each row by a model that saw no row of its customer."""
    fold = customer_folds(trial.customers, seed=seed)
    parts = []
    for each in range(FOLDS):
        asked = fold == each
        parts.append((np.flatnonzero(asked), fit_outlook(trial.where(~asked), seed=seed)(trial.rows[asked], trial.names)))
    order = np.argsort(np.concatenate([places for places, _ in parts]))
    fields = ("acceptance", "gone", "staying", "leaving", "beside")
    return Outlook(*(np.concatenate([getattr(found, name) for _, found in parts])[order] for name in fields))


def _acceptance(trial: Trial, arm: int, *, seed: int) -> Boosting:
    shown = trial.where(trial.shown & (trial.arm == arm))
    return _grown(shown, Target.binary(shown.accepted.astype(np.float64)), _ACCEPTANCE, seed=seed)


def _amounts(trial: Trial, of: BoolArray, shares: FloatArray, seed: int) -> Boosting:
    return _grown(trial.where(of), Target.amount(shares[of]), PRESET, seed=seed)


def _grown(trial: Trial, target: Target, preset: BoostingPreset, *, seed: int) -> Boosting:
    return fit_boosting(bin_rows(trial.rows, trial.names, preset=preset), target, preset=preset, seed=seed)
