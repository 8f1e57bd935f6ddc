"""How has this customer answered offers so far, this offer's type apart: counts, and shares drawn towards a usual one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.rows import BoolArray, FloatArray, Rows

ANSWER_NAMES = ("answers_rate", "answers_type_rate", "answers_type", "answers_type_accepted")
"""Share of offers accepted, the same of this type, and of this type how many were answered and how many accepted."""

_USUAL_ACCEPTED, _USUAL_DECLINED = 1.0, 9.0
"""Every customer is taken to have accepted one of ten offers before the first: who has answered one is not yet known."""


@dataclass(frozen=True)
class PastAnswers:
    """Answers known before the moment: whose (a place among those asked), to an offer of the same type or not, yes or no."""

    customers: npt.NDArray[np.intp]
    same_type: BoolArray
    accepted: BoolArray


def answer_columns(answers: PastAnswers, *, customers: int) -> Rows:
    """Return `ANSWER_NAMES` of so many customers; who has answered nothing has the usual share and no counts.

    >>> once = PastAnswers(np.array([0]), np.array([True]), np.array([True]))
    >>> answer_columns(once, customers=2).round(2).tolist()
    [[0.18000000715255737, 0.18000000715255737, 1.0, 1.0], [0.10000000149011612, 0.10000000149011612, 0.0, 0.0]]
    """
    every, taken = _counts(answers.customers, customers), _counts(answers.customers[answers.accepted], customers)
    of_type = _counts(answers.customers[answers.same_type], customers)
    taken_of_type = _counts(answers.customers[answers.same_type & answers.accepted], customers)
    columns = [_rate(taken, every), _rate(taken_of_type, of_type), of_type, taken_of_type]
    return np.stack(columns, axis=1).astype(np.float32)


def _counts(places: npt.NDArray[np.intp], customers: int) -> FloatArray:
    return np.bincount(places, minlength=customers).astype(np.float64)


def _rate(accepted: FloatArray, answered: FloatArray) -> FloatArray:
    return (accepted + _USUAL_ACCEPTED) / (answered + _USUAL_ACCEPTED + _USUAL_DECLINED)
