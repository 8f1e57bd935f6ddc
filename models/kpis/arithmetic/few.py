"""Which groups are too small to be told of: their names give way to one, so that the whole still adds up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from features.reports.stages import FEW
from models.kpis.arithmetic.figures import IntArray

POOLED = "few"


def pooled_names(names: npt.NDArray[np.str_], customers: IntArray) -> npt.NDArray[np.str_]:
    """Return the name of each row's group, `few` for groups of fewer than `FEW` customers.

    >>> pooled_names(np.array(["web"] * 5 + ["fax"]), np.arange(6)).tolist()
    ['web', 'web', 'web', 'web', 'web', 'few']
    """
    found, places = np.unique(names, return_inverse=True)
    pairs = np.unique(np.stack([places, customers]), axis=1)
    sizes = np.bincount(pairs[0], minlength=len(found))
    return np.where(sizes < FEW, POOLED, found)[places] if len(found) else names
