"""What else do the folds say of value: do forecasts add up to what came, and do the ends hold as many as they should."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.times import format_time
from models.rows import FloatArray
from models.value.intervals import Interval
from training.questions.value.folds import ValueFolds
from training.records.report import Finding
from training.records.value_pictures import tenth_table

_TENTHS = 10


def findings(past: ValueFolds, blend: str, forecasts: Sequence[FloatArray]) -> dict[str, list[Finding]]:
    """Return the tables `coverage` by fold, `coverage_by_tenth` of the forecasts, `tenths` and `seasons`, at the main horizon.

    `forecasts`: what the recipe would have said, by fold; `blend`: its name.
    """
    came = [fold.labels[:, past.main] for fold in past.folds]
    held = [past.interval(blend, forecasts, place) for place in range(len(past.folds))]
    origins = [format_time(fold.fold.origin) for fold in past.folds]
    told = [
        _Told(origin, ends, money, said)
        for origin, ends, money, said in zip(origins, held, came, forecasts, strict=True)
        if ends is not None
    ]
    factors = past.seasons.by_fold[:, past.main].tolist()
    return {
        "coverage": [*(each.coverage() for each in told), *([_Told.together(told).coverage()] if told else [])],
        "coverage_by_tenth": _Told.together(told).by_tenth() if told else [],
        "tenths": [
            {str(name): figure for name, figure in line.items()}
            for line in tenth_table(np.concatenate(forecasts), np.concatenate(came)).to_dict("records")
        ],
        "seasons": [
            {"origin": origin, "factor": factor} for origin, factor in zip(origins, factors, strict=True) if np.isfinite(factor)
        ],
    }


@dataclass(frozen=True)
class _Told:
    """Rows of which the ends were told beforehand: the origin, the ends, what came, and what was forecast."""

    origin: str
    ends: Interval
    came: FloatArray
    forecasts: FloatArray

    @classmethod
    def together(cls, told: Sequence[_Told]) -> _Told:
        low, high, came, forecasts = (
            np.concatenate(parts)
            for parts in zip(*((each.ends.low, each.ends.high, each.came, each.forecasts) for each in told), strict=True)
        )
        return cls("all", Interval(low, high), came, forecasts)

    def coverage(self) -> Finding:
        return {
            "origin": self.origin,
            "customers": len(self.came),
            "covered": float(self.ends.covers(self.came).mean()),
            "below": float((self.came < self.ends.low).mean()),
            "above": float((self.came > self.ends.high).mean()),
        }

    def by_tenth(self) -> list[Finding]:
        parts = np.array_split(np.argsort(self.forecasts, kind="stable"), _TENTHS)
        return [{"tenth": place, **self._of(rows).coverage()} for place, rows in enumerate(parts, start=1) if len(rows)]

    def _of(self, rows: npt.NDArray[np.intp]) -> _Told:
        return _Told(self.origin, Interval(self.ends.low[rows], self.ends.high[rows]), self.came[rows], self.forecasts[rows])
