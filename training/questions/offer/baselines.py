"""What would be said without a model: the share of all who take an offer, of those on a channel, of one's own, or as declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from models.decision.estimates import PRIOR_ACCEPTANCE
from models.offer.fit import ShownOffers
from models.rows import FloatArray

POPULARITY = "offer_popularity"
BASELINES = (POPULARITY, "popularity_by_channel", "own_answers", "declared")
"""Share of an offer's showings accepted; the same by channel; the customer's own share, of this kind; one in ten for all."""

_DRAWN_TO = 20.0  # an offer on a channel counts as shown so often at the offer's own rate before it was ever shown


def baseline_answers(learning: ShownOffers, asked: ShownOffers) -> Mapping[str, FloatArray]:
    """Return what each named baseline says of the exposures asked about, from those it may learn from."""
    accepted = learning.examples.labels[:, 0]
    overall = float(accepted.mean())
    by_offer = _Rates.of(*learning.ids, accepted, towards=np.array([overall] * len(learning.ids[0])))
    popular = by_offer.of_rows(*asked.ids, unknown=overall)
    pairs = [terms.name for terms in learning.offers]
    towards = np.array([by_offer.rates.get(terms.offer_id, overall) for terms in learning.offers])
    by_pair = _Rates.of(pairs, learning.which, accepted, towards=towards)
    on_channel = np.array([by_pair.rates.get(each.name, np.nan) for each in asked.offers])[asked.which]
    own = asked.examples.rows[:, asked.examples.names.index("answers_kind_rate")].astype(np.float64)
    declared = np.full(len(asked.which), PRIOR_ACCEPTANCE)
    return dict(zip(BASELINES, (popular, np.where(np.isnan(on_channel), popular, on_channel), own, declared), strict=True))


class _Rates:
    """The share accepted by name, drawn to another rate where little was seen."""

    def __init__(self, rates: Mapping[str, float]) -> None:
        self.rates = rates

    @classmethod
    def of(cls, names: Sequence[str], which: npt.NDArray[np.intp], accepted: FloatArray, *, towards: FloatArray) -> _Rates:
        shown = np.bincount(which, minlength=len(names))
        yes = np.bincount(which, weights=accepted, minlength=len(names))
        shares = (yes + _DRAWN_TO * towards) / (shown + _DRAWN_TO)
        return cls({name: float(share) for name, share, seen in zip(names, shares, shown, strict=True) if seen})

    def of_rows(self, names: Sequence[str], which: npt.NDArray[np.intp], *, unknown: float) -> FloatArray:
        return np.array([self.rates.get(name, unknown) for name in names])[which]
