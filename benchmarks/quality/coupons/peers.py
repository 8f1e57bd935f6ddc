"""What is there to beat: the rate of a type of campaign, past redemptions, coupon use, and a default LightGBM."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy.special import expit

from models.acceptance import AcceptanceRecipe, fit_acceptance
from models.examples import Examples
from models.learners.logistic import fit_logistic
from models.rows import FloatArray, Rows, quantities

Peer = Callable[[Examples, Rows], FloatArray]
"""Learns from the examples and says the chance of each row asked about."""

_USUAL = 20.0  # rows of the overall rate that each type's rate starts from


def popularity(learning: Examples, asked: Rows) -> FloatArray:
    """Answer with the rate of the campaign's type, drawn a little to the rate of all: the same for every household."""
    overall = float(learning.labels.mean())
    chances = np.full(len(asked), overall)
    for place in _places(learning.names, "offer_of_"):
        of_type = learning.rows[:, place] == 1.0
        rate = (learning.labels[of_type].sum() + _USUAL * overall) / (of_type.sum() + _USUAL)
        chances[asked[:, place] == 1.0] = rate
    return chances


def past_redemptions(learning: Examples, asked: Rows) -> FloatArray:
    """Answer by what share of earlier campaigns the household redeemed, made a chance by a logistic of that alone."""
    return _logistic_of(learning, asked, ("answers_rate",))


def coupon_use(learning: Examples, asked: Rows) -> FloatArray:
    """Answer by the days on which the household used any coupon at the till, made a chance by a logistic of that alone."""
    return _logistic_of(learning, asked, ("usage_active_days_365d",))


def default_lightgbm(learning: Examples, asked: Rows) -> FloatArray:
    """Answer with LightGBM as it comes, on all the columns our recipe reads."""
    from lightgbm import LGBMClassifier

    columns = quantities(learning.names)
    classifier = LGBMClassifier(n_jobs=1, random_state=0, verbosity=-1)
    fitted = classifier.fit(learning.rows[:, columns], learning.labels[:, 0])
    return np.asarray(fitted.booster_.predict(asked[:, columns], num_threads=1), dtype=np.float64)


def without(prefix: str) -> Peer:
    """Return our own recipe without the columns of a name: what these are worth."""

    def answer(learning: Examples, asked: Rows) -> FloatArray:
        kept = [place for place, name in enumerate(learning.names) if not name.startswith(prefix)]
        names = tuple(learning.names[place] for place in kept)
        fewer = Examples(
            np.ascontiguousarray(learning.rows[:, kept]),
            names,
            learning.labels,
            learning.customers,
            learning.as_ofs,
            signature=learning.signature,
        )
        model = fit_acceptance(fewer, recipe=AcceptanceRecipe(), valid_days=1, seed=0)
        return model.predict(np.ascontiguousarray(asked[:, kept]), names=names)[:, 0]

    return answer


PEERS: Mapping[str, Peer] = {
    "popularity": popularity,
    "past redemptions": past_redemptions,
    "coupon-use days": coupon_use,
    "LightGBM default": default_lightgbm,
    "ours without product match": without("match_"),
}
TO_BEAT = ("popularity", "past redemptions", "LightGBM default")


def _places(names: Sequence[str], prefix: str) -> list[int]:
    return [place for place, name in enumerate(names) if name.startswith(prefix)]


def _logistic_of(learning: Examples, asked: Rows, names: Sequence[str]) -> FloatArray:
    columns = [learning.names.index(name) for name in names]
    return np.asarray(expit(fit_logistic(learning.rows[:, columns], learning.labels[:, 0]).log_odds(asked[:, columns])))
