"""What is estimated of every candidate before it is weighed: how likely it is taken, and what it changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from models.rows import FloatArray

Effect: TypeAlias = Literal["measured", "assumed"]

PRIOR_ACCEPTANCE = 0.1
"""The chance that an offer is taken before any model can tell: one in ten. Answers that rest on it are marked `prior`."""


@dataclass(frozen=True)
class OfferEvidence:
    """What the estimates of one offer rest on.

    `shown` and `positives`: exposures learned from, and how many of them were accepted. `mature`: enough positives were seen to
    believe the model's own level for this offer. `ramp`: from 0 (nothing seen) to 1 (mature), how far it is believed already.
    `spread`: half the width of the 95 % interval of the acceptance probability, in log-odds; wide while the offer is not mature.
    `effect`: whether what the offer changes was measured on rows drawn at random, or is assumed by the company file.
    """

    shown: int
    positives: int
    mature: bool
    ramp: float
    spread: float
    effect: Effect


@dataclass(frozen=True)
class Estimates:
    """Estimates for a table of customers, a row each.

    `acceptance`: one column a candidate, in the order of `candidates`: the chance that the offer, shown on that channel, is
    taken. `uplift`: one column an offer, in the order of the company file: what deciding on the offer adds to the margin of the
    reward period, as a share of `usual_margin`; NaN where that was not measured. `usual_margin`: what the reward period would
    bring at the customer's rate so far, company currency; NaN where not known. `evidence`: by offer id; an offer without any has
    none.
    """

    acceptance: FloatArray
    uplift: FloatArray
    usual_margin: FloatArray
    evidence: Mapping[str, OfferEvidence]

    def take(self, rows: npt.NDArray[np.integer]) -> Estimates:
        """Return the estimates for these customers, in this order."""
        return Estimates(self.acceptance[rows], self.uplift[rows], self.usual_margin[rows], self.evidence)

    def of_row(self, row: int) -> Estimates:
        """Return the estimates for one customer: a table of one row."""
        one = slice(row, row + 1)
        return Estimates(self.acceptance[one], self.uplift[one], self.usual_margin[one], self.evidence)
