"""What does each feature add to a served answer: contributions that add up, with a base, to its log-odds.

All is measured from the median customer: the base is that customer's answer, and a feature adds what it adds to this customer
less what it adds to the median one. So nobody is given a reason for being as most customers are.

A blend is linear in log-odds, so the members' contributions are blended with the members' weights. What follows keeps the sum.
A straight calibration stretches contributions by its slope and shifts the base. A bent one (isotonic) stretches those of a row by
the slope of the line from its base to the row's own point on the curve. Where horizons were made monotone, the served answer is
the mean of neighbouring horizons, and so are its contributions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from models.churn.members import Member, RhythmMember
from models.churn.model import HorizonModel
from models.learners.calibration import Calibration
from models.model import ColumnRange
from models.rows import FloatArray, Rows, check_columns

_SAME = 1e-10  # two log-odds that differ by no more came from the same horizons


class ExplainedModel(Protocol):
    """A model that answers one yes-or-no question for several horizons: churn, and the next purchase."""

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Return the columns it reads, in their order."""

    @property
    def horizons(self) -> Sequence[HorizonModel]:
        """Return what answers for each horizon, rising."""

    @property
    def ranges(self) -> ColumnRange:
        """Return what training rows looked like."""

    def monotone(self, log_odds: FloatArray) -> FloatArray:
        """Return log-odds, one column a horizon, that go one way only."""


@dataclass(frozen=True)
class Contributions:
    """What moved each answer away from its base: `features` (rows, features) and `base` (rows) add up to the log-odds served."""

    features: FloatArray
    base: FloatArray

    @property
    def log_odds(self) -> FloatArray:
        """Return the log-odds that the parts add up to."""
        return np.asarray(self.features.sum(axis=1) + self.base)


def contributions_of(model: ExplainedModel, rows: Rows, *, names: Sequence[str], horizon_days: int) -> Contributions:
    """Return what each feature adds to the log-odds that the model serves for one horizon.

    The rhythm of purchases is one thing of many features: all it adds stands with the days since the last purchase.

    Raises
    ------
    WrongColumns
        If `names` are not the model's, in its order.
    ValueError
        If the model has no such horizon.
    """
    check_columns(rows, names, model.feature_names)
    place = [each.horizon_days for each in model.horizons].index(horizon_days)
    asked = _Asked(model, np.ascontiguousarray(rows, dtype=np.float32), place, model.ranges.median_customer())
    own = of_horizon(model.horizons[place], asked.rows, median=asked.median)
    return own if len(model.horizons) == 1 else _mean_over(asked, own, shares=_shares_of_horizons(asked, own.log_odds))


@dataclass(frozen=True)
class _Asked:
    """What is explained: which model's answers, for which rows, at the horizon in which place, beside which median customer."""

    model: ExplainedModel
    rows: Rows
    place: int
    median: Rows


def of_horizon(horizon: HorizonModel, rows: Rows, *, median: Rows) -> Contributions:
    """Return what each feature adds to the calibrated log-odds of one horizon, before horizons are made monotone."""
    blended = np.zeros((len(rows), rows.shape[1] + 1))
    known = np.zeros(len(rows))
    for _, weight, member in horizon.members:
        parts = _of_member(member, rows, median=median, otherwise=horizon.population_log_odds)
        knows = ~np.isnan(parts[:, -1])
        blended[knows] += weight * parts[knows]
        known += weight * knows
    blended /= np.where(known > 0, known, 1.0)[:, None]
    raw = Contributions(blended[:, :-1], np.where(known > 0, blended[:, -1], horizon.population_log_odds))
    if not horizon.calibration.knots:
        return Contributions(raw.features * horizon.calibration.slope, horizon.calibration.apply(raw.base))
    return _bent(horizon.calibration, raw, answers=horizon.raw_log_odds(rows))


def _of_member(member: Member, rows: Rows, *, median: Rows, otherwise: float) -> FloatArray:
    if isinstance(member, RhythmMember):  # one thing of three features: measured from one answer
        usual = float(member.log_odds(median)[0])
        return member.contributions(rows, measured_from=otherwise if np.isnan(usual) else usual)
    parts, usual_parts = member.contributions(rows), member.contributions(median)[0, :-1]
    parts[:, :-1] -= usual_parts
    parts[:, -1] += usual_parts.sum()
    return parts


def _bent(calibration: Calibration, raw: Contributions, *, answers: FloatArray) -> Contributions:
    # The curve is steep in places, so it is read at the answers themselves: a sum off by 1e-12 would be off by more on it.
    served, moved = calibration.apply(answers), answers - raw.base
    far = np.abs(moved) > _SAME
    stretch = np.where(far, (served - calibration.apply(raw.base)) / np.where(far, moved, 1.0), 0.0)
    features = raw.features * stretch[:, None]
    return Contributions(features, served - features.sum(axis=1))


def _shares_of_horizons(asked: _Asked, own: FloatArray) -> FloatArray:
    """Return of which horizons each served answer is the mean, shape (rows, horizons); each row adds up to 1."""
    horizons, place = asked.model.horizons, asked.place
    others = [each.calibration.apply(each.raw_log_odds(asked.rows)) for each in (*horizons[:place], *horizons[place + 1 :])]
    answers = np.stack([*others[:place], own, *others[place:]], axis=1)
    served = asked.model.monotone(answers)[:, place]
    windows = [(start, end) for start in range(place + 1) for end in range(place + 1, len(horizons) + 1)]
    windows.sort(key=lambda window: window[1] - window[0])  # the narrowest that explains an answer costs the least
    shares = np.zeros((len(windows), len(horizons)))
    for number, (start, end) in enumerate(windows):
        shares[number, start:end] = 1.0 / (end - start)
    fits = np.abs(answers @ shares.T - served[:, None]) <= _SAME
    return np.asarray(shares[fits.argmax(axis=1)])


def _mean_over(asked: _Asked, own: Contributions, *, shares: FloatArray) -> Contributions:
    features, base = own.features * shares[:, [asked.place]], own.base * shares[:, asked.place]
    for other, horizon in enumerate(asked.model.horizons):
        touched = np.flatnonzero(shares[:, other] > 0)
        if other != asked.place and len(touched):
            parts = of_horizon(horizon, asked.rows[touched], median=asked.median)
            features[touched] += parts.features * shares[touched, other][:, None]
            base[touched] += parts.base * shares[touched, other]
    return Contributions(features, base)
