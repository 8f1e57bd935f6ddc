"""How is it learned what an acceptance changes: three regressions with one number an offer, shrunk by their noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from models.rows import FloatArray
from models.uplift import Outlook, PerAcceptance
from training.uplift.trial import Trial

_STEPS = 8
_FURTHEST = 1.5  # residual shares beyond are cut: few lives would decide
_RIDGE = 1e-3
_WIDEST, _SPREADS = 4.0, 200  # spreads that are weighed, up to so many times the largest number or error


def fit_per_acceptance(trial: Trial, outlook: Outlook, *, weights: FloatArray | None = None) -> PerAcceptance:
    """Learn from decisions drawn by lot what one acceptance of each arm changes; `weights` are how often each row counts.

    Each of the three parts is regressed on the chance of acceptance of the offer decided on, the outlook being an offset. The
    numbers are then shrunk towards none: by as much as their noise is of their spread over the offers.
    """
    weight = np.ones(len(trial)) if weights is None else weights
    accepted = _of_arm(trial, outlook.acceptance)
    has_terms = np.isfinite(trial.gone)
    staying = _staying_residual(trial, outlook)
    paid = (outlook.paid * has_terms)[:, None]
    return PerAcceptance(
        _shrunk(_log_odds(accepted, np.nan_to_num(trial.gone), outlook.gone_log_odds, weight * has_terms)),
        _shrunk(_shares(accepted * paid, staying, weight)),
        _shrunk(_shares(accepted, cut(trial.total - trial.terms - outlook.beside), weight)),
    )


@dataclass(frozen=True)
class _Measured:
    """Numbers of the arms, and their squared standard errors."""

    values: FloatArray
    variances: FloatArray


def _of_arm(trial: Trial, acceptance: FloatArray) -> FloatArray:
    return np.asarray(acceptance * (trial.arm[:, None] == np.arange(len(trial.arms))))


def _staying_residual(trial: Trial, outlook: Outlook) -> FloatArray:
    """Return what terms brought beyond what is expected of who stays, or of who is gone: leaving itself is told elsewhere."""
    return cut(trial.terms - np.where(trial.gone == 1.0, outlook.leaving, outlook.staying))


def cut(residual: FloatArray) -> FloatArray:
    """Return residual shares cut off where a few lives would decide what an offer is worth."""
    return np.clip(residual, -_FURTHEST, _FURTHEST)


def shrunk(values: FloatArray, variances: FloatArray) -> FloatArray:
    """Return each number times the share of its variance that is no noise; what is expected of it before is none.

    How far offers differ is not known from so few of them, and its likeliest value is often none, which would deny every effect.
    So each spread counts as likely as it makes the numbers, all standard deviations being alike beforehand (Gelman 2006).

    Parameters
    ----------
    values, variances
        One element an offer: what was measured, and its squared standard error.
    """
    if not len(values):
        return values
    furthest = max(float(np.abs(values).max()), float(np.sqrt(variances.max())))
    spreads = np.linspace(0.0, _WIDEST * furthest, _SPREADS)[:, None] ** 2
    total = np.maximum(spreads + variances, np.finfo(float).tiny)
    likely = -0.5 * (np.log(total) + values**2 / total).sum(axis=1)
    weight = np.exp(likely - likely.max())
    return np.asarray(values * (weight @ (spreads / total)) / weight.sum())


def _shrunk(measured: _Measured) -> tuple[float, ...]:
    return tuple(shrunk(measured.values, measured.variances).tolist())


def _log_odds(design: FloatArray, gone: FloatArray, offset: FloatArray, weight: FloatArray) -> _Measured:
    columns = np.column_stack([np.ones(len(design)), design])
    solved, held = np.zeros(columns.shape[1]), _RIDGE + 1e-2 * np.eye(1, columns.shape[1])[0]
    for _ in range(_STEPS):
        chance = expit(offset + columns @ solved)
        information = (columns * (weight * chance * (1 - chance))[:, None]).T @ columns + np.diag(held)
        solved = solved + np.linalg.solve(information, columns.T @ (weight * (gone - chance)) - held * solved)
    return _Measured(solved[1:], np.asarray(np.diag(np.linalg.inv(information))[1:], np.float64))


def _shares(design: FloatArray, residual: FloatArray, weight: FloatArray) -> _Measured:
    columns = np.column_stack([np.ones(len(design)), design])
    information = (columns * weight[:, None]).T @ columns + _RIDGE * np.eye(columns.shape[1])
    solved = np.asarray(np.linalg.solve(information, columns.T @ (weight * residual)), dtype=np.float64)
    noise = float((weight * (residual - columns @ solved) ** 2).sum() / max(weight.sum(), 1.0))
    return _Measured(solved[1:], np.asarray(noise * np.diag(np.linalg.inv(information))[1:], np.float64))
