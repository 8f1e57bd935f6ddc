"""How right is the level of every offer over all past months graded: what was said on average, and how many took it."""

from __future__ import annotations

import numpy as np

from models.offer.fit import ShownOffers
from models.rows import FloatArray
from training.records.report import Finding


def by_offer(shown: ShownOffers, said: FloatArray) -> list[Finding]:
    """Return a line an offer, the most shown first: shown, accepted, the mean chance said and the share that accepted."""
    names, which = shown.ids
    accepted, rows = shown.examples.labels[:, 0], np.bincount(which, minlength=len(names))
    means = np.bincount(which, weights=said, minlength=len(names)) / np.maximum(rows, 1)
    shares = np.bincount(which, weights=accepted, minlength=len(names)) / np.maximum(rows, 1)
    order = [place for place in np.argsort(-rows, kind="stable").tolist() if rows[place]]
    return [
        {
            "offer": names[place],
            "shown": int(rows[place]),
            "accepted": round(float(shares[place] * rows[place])),
            "said": float(means[place]),
            "came": float(shares[place]),
        }
        for place in order
    ]
