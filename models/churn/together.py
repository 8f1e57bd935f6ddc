"""What does one learner say of all horizons at once: what they share is worked out once, and comes out the same to the bit.

The regressions of one fit scale the rows alike, and one rhythm is asked about each horizon; trees are grown for each apart. For
one customer, what is shared is most of the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from models.churn.members import LogisticMember, Member, RhythmMember, purchase_histories
from models.learners.blend import to_log_odds
from models.learners.btyd import Btyd
from models.learners.products import weighted_each
from models.learners.scaling import Scaling
from models.rows import FloatArray, Rows


class Together(Protocol):
    """One learner, asked about several horizons. `log_odds` is NaN for a customer the learner knows nothing about."""

    def log_odds(self, rows: Rows) -> FloatArray:
        """Return the log-odds of leaving within each horizon, shape (rows, horizons)."""
        ...


@dataclass(frozen=True)
class OneScaling:
    """Regressions over the same columns, scaled alike; `weights` has a row a horizon."""

    scaling: Scaling
    columns: npt.NDArray[np.intp]
    weights: FloatArray
    intercepts: FloatArray

    def log_odds(self, rows: Rows) -> FloatArray:
        """Return what each regression says of the rows, which are scaled once."""
        return weighted_each(self.scaling.apply(rows[:, self.columns]), self.weights) + self.intercepts


@dataclass(frozen=True)
class OneRhythm:
    """The rhythm of purchases, asked about several horizons."""

    btyd: Btyd
    columns: tuple[int, ...]
    days: FloatArray

    def log_odds(self, rows: Rows) -> FloatArray:
        """Return the log-odds of no purchase within each horizon."""
        return to_log_odds(self.btyd.probabilities_of_silence(purchase_histories(rows, self.columns), horizons=self.days))


@dataclass(frozen=True)
class Apart:
    """Members that share nothing, a horizon each."""

    members: tuple[Member, ...]

    def log_odds(self, rows: Rows) -> FloatArray:
        """Return what each of them says."""
        return np.stack([member.log_odds(rows) for member in self.members], axis=1)


def together(members: Sequence[Member]) -> Together:
    """Return the members of one learner, a horizon each, as one that is asked about all of them."""
    regressions = [member for member in members if isinstance(member, LogisticMember)]
    if len(regressions) == len(members) and len({(each.logistic.scaling, each.columns) for each in regressions}) == 1:
        return _one_scaling(regressions)
    rhythms = [member for member in members if isinstance(member, RhythmMember)]
    if len(rhythms) == len(members) and len({(each.btyd, each.columns) for each in rhythms}) == 1:
        days = np.array([each.horizon_days for each in rhythms], np.float64)
        return OneRhythm(rhythms[0].btyd, rhythms[0].columns, days)
    return Apart(tuple(members))


def _one_scaling(members: Sequence[LogisticMember]) -> OneScaling:
    weights = np.array([member.logistic.coefficients for member in members])
    intercepts = np.array([member.logistic.intercept for member in members])
    return OneScaling(members[0].logistic.scaling, np.array(members[0].columns, np.intp), weights, intercepts)
