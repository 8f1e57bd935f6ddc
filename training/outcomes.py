"""What was foretold and what came, in the one form that every question shares: levels to compare, and to whom it happened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.rows import BoolArray, FloatArray

_TOP_SHARE = 0.2


@dataclass(frozen=True)
class Outcomes:
    """A row a customer asked about at one moment.

    `said`, `came`: float64, (n, k): chances or amounts whose means are levels, and what became of each. `score`: (n,), the higher
    the more the model expects it to happen. `happened`: (n,), to whom it did. `asked`: (n,), of whom that is asked at all.
    """

    said: FloatArray
    came: FloatArray
    score: FloatArray
    happened: BoolArray
    asked: BoolArray

    @classmethod
    def of_chances(cls, chances: FloatArray, labels: FloatArray) -> Outcomes:
        """Return the outcomes of a yes-or-no question."""
        return cls(chances[:, None], labels[:, None], chances, labels > 0.5, np.ones(len(labels), np.bool_))

    @classmethod
    def of_amounts(cls, forecasts: FloatArray, came: FloatArray) -> Outcomes:
        """Return the outcomes of a question of money; it happens to the fifth who bring most, if they bring anything."""
        most = came >= np.quantile(came, 1 - _TOP_SHARE) if len(came) else np.zeros(0, np.bool_)
        return cls(forecasts[:, None], came[:, None], forecasts, most & (came > 0), np.ones(len(came), np.bool_))

    @property
    def found(self) -> BoolArray:
        """Return who is among the fifth scored highest of those asked about; of equal scores the first.

        >>> Outcomes.of_chances(np.array([0.1, 0.9, 0.2, 0.3, 0.4]), np.zeros(5)).found.tolist()
        [False, True, False, False, False]
        """
        return self.found_among(np.zeros(len(self.score), np.intp))

    def found_among(self, codes: npt.NDArray[np.intp]) -> BoolArray:
        """Return who is among the fifth scored highest of those of the same code.

        >>> some = Outcomes.of_chances(np.arange(10.0), np.zeros(10))
        >>> np.flatnonzero(some.found_among(np.repeat([0, 1], 5))).tolist()
        [4, 9]
        """
        found = np.zeros(len(self.score), np.bool_)
        for code in np.unique(codes):
            rows = np.flatnonzero(self.asked & (codes == code))
            found[rows[np.argsort(-self.score[rows], kind="stable")[: round(_TOP_SHARE * len(rows))]]] = True
        return found
