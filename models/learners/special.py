"""Which functions of scipy are models made of: read when one is first asked for, and not with the program.

scipy takes a tenth of the time in which a process that serves comes up, and nothing is asked of them before it is ready.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from models.rows import FloatArray


def expit(log_odds: Any) -> FloatArray:
    """Return the probabilities of log-odds."""
    answers: FloatArray = _scipy().expit(log_odds)
    return answers


def logit(probabilities: Any) -> FloatArray:
    """Return the log-odds of probabilities; infinite at 0 and 1."""
    answers: FloatArray = _scipy().logit(probabilities)
    return answers


def softmax(scores: Any, *, axis: int) -> FloatArray:
    """Return probabilities that add up to 1 along the axis."""
    answers: FloatArray = _scipy().softmax(scores, axis=axis)
    return answers


def log_softmax(scores: Any, *, axis: int) -> FloatArray:
    """Return the logarithms of `softmax`."""
    answers: FloatArray = _scipy().log_softmax(scores, axis=axis)
    return answers


def gammaln(values: Any) -> FloatArray:
    """Return the logarithms of the gamma function."""
    answers: FloatArray = _scipy().gammaln(values)
    return answers


def psi(values: Any) -> FloatArray:
    """Return the derivatives of `gammaln`."""
    answers: FloatArray = _scipy().psi(values)
    return answers


def betaln(a: Any, b: Any) -> FloatArray:
    """Return the logarithms of the beta function."""
    answers: FloatArray = _scipy().betaln(a, b)
    return answers


def hyp2f1(a: Any, b: Any, c: Any, z: Any) -> FloatArray:
    """Return the hypergeometric function of Gauss."""
    answers: FloatArray = _scipy().hyp2f1(a, b, c, z)
    return answers


def _scipy() -> ModuleType:
    from scipy import special

    module: ModuleType = special
    return module
