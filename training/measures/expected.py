"""How good are chances to be expected to be, if they are right: no outcome is needed, and none is looked at.

Confidence-based estimation: where a customer is said to leave with chance p, the loss to be expected is that of a coin which
falls so with chance p. It says nothing of chances that are wrong; so it is told beside how far it was off before.
"""

from __future__ import annotations

import numpy as np

from models.rows import FloatArray
from training.measures.multiclass import LEAST_COUNTED

_SMALLEST = 1e-12


def expected(chances: FloatArray) -> dict[str, float]:
    """Return the measures to be expected of chances of something that happens or does not; NaN where all are 0, or all 1.

    >>> {name: round(figure, 3) for name, figure in expected(np.array([0.5, 0.5])).items()}
    {'auc': 0.5, 'log_loss': 0.693, 'brier': 0.25}
    """
    clipped = np.clip(chances, _SMALLEST, 1 - _SMALLEST)
    entropy = -(clipped * np.log(clipped) + (1 - clipped) * np.log(1 - clipped))
    return {"auc": _auc(chances), "log_loss": float(entropy.mean()), "brier": float((chances * (1 - chances)).mean())}


def expected_of_stages(chances: FloatArray) -> dict[str, float]:
    """Return the measures to be expected of chances of several stages, shape (n, stages).

    >>> {name: round(figure, 3) for name, figure in expected_of_stages(np.array([[0.5, 0.5]])).items()}
    {'log_loss': 0.693, 'brier': 0.5, 'accuracy': 0.5}
    """
    logs = np.log(np.maximum(chances, LEAST_COUNTED))
    return {
        "log_loss": float(-(chances * logs).sum(axis=1).mean()),
        "brier": float(1 - (chances**2).sum(axis=1).mean()),
        "accuracy": float(chances.max(axis=1).mean()),
    }


def _auc(chances: FloatArray) -> float:
    """Return the share of expected pairs, one to whom it happens and one to whom it does not, that are ranked rightly."""
    values, place, counts = np.unique(chances, return_inverse=True, return_counts=True)
    ours = np.bincount(place, chances, minlength=len(values))
    others = counts - ours
    below = np.cumsum(others) - others
    pairs = ours.sum() * others.sum()
    return float((ours * (below + others / 2)).sum() / pairs) if pairs > 0 else float("nan")
