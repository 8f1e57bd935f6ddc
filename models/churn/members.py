"""What does one learner say of one horizon: four kinds of members, each answering log-odds for whole feature rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

from models.learners.blend import to_log_odds
from models.learners.boosting import Boosting
from models.learners.btyd import Btyd, PurchaseHistories
from models.learners.logistic import Logistic
from models.rows import FloatArray, Rows

RHYTHM_FEATURES = ("purchases_days_lifetime", "purchases_days_since_first", "purchases_days_since_last")
"""Distinct days with a purchase, days since the first of them, days since the last: all that the rhythm is read from."""


class Member(Protocol):
    """One learner of one horizon. `log_odds` is NaN for a customer the learner knows nothing about."""

    def log_odds(self, rows: Rows) -> FloatArray:
        """Return one log-odds of leaving a row, for rows with every column of the model."""
        ...

    def contributions(self, rows: Rows) -> FloatArray:
        """Return what each column adds to each row's log-odds, shape (rows, columns + 1), last what it is added to.

        A row adds up to its log-odds, and is NaN in the last column where `log_odds` is NaN.
        """
        ...

    def to_json(self) -> dict[str, Any]:
        """Return what was learned as a JSON object with its `kind`; texts of trees are named, not included."""
        ...

    def texts(self) -> Mapping[str, str]:
        """Return the texts that stand in files of their own, by file name."""
        ...


@dataclass(frozen=True)
class BoostingMember:
    """Boosted trees over every column; the trees stand in text files whose names start with `stem`."""

    kind: ClassVar[str] = "boosting"
    boosting: Boosting
    stem: str

    def log_odds(self, rows: Rows) -> FloatArray:
        """Return the bag's mean log-odds; never NaN."""
        return self.boosting.log_odds(rows)

    def contributions(self, rows: Rows) -> FloatArray:
        """Return the bag's mean TreeSHAP, measured from what the trees expect."""
        total = self.boosting.forests[0].contributions(rows)
        for forest in self.boosting.forests[1:]:
            total += forest.contributions(rows)
        return total / len(self.boosting.forests)

    def texts(self) -> Mapping[str, str]:
        """Return one LightGBM text a seed."""
        return {f"{self.stem}-{seed}.txt": text for seed, text in enumerate(self.boosting.texts)}

    def to_json(self) -> dict[str, Any]:
        """Return the names of the files that hold the trees."""
        return {"kind": self.kind, "stem": self.stem, "files": sorted(self.texts())}


@dataclass(frozen=True)
class LogisticMember:
    """A logistic regression over some of the columns."""

    kind: ClassVar[str] = "logistic"
    logistic: Logistic
    columns: tuple[int, ...]

    def log_odds(self, rows: Rows) -> FloatArray:
        """Return the regression's log-odds; never NaN."""
        return self.logistic.log_odds(rows[:, list(self.columns)])

    def contributions(self, rows: Rows) -> FloatArray:
        """Return coefficient x deviation, measured from the mean row of training."""
        own = self.logistic.contributions(rows[:, list(self.columns)])
        whole = np.zeros((len(rows), rows.shape[1] + 1))
        whole[:, [*self.columns, -1]] = own
        return whole

    def texts(self) -> Mapping[str, str]:
        """Return nothing: all is in the JSON."""
        return {}

    def to_json(self) -> dict[str, Any]:
        """Return the columns and the regression."""
        return {"kind": self.kind, "columns": list(self.columns), "logistic": self.logistic.to_json()}


@dataclass(frozen=True)
class RhythmMember:
    """The chance of silence from the rhythm of purchases; NaN for a customer who never bought."""

    kind: ClassVar[str] = "mbg_nbd"
    btyd: Btyd
    columns: tuple[int, ...]
    horizon_days: int

    def log_odds(self, rows: Rows) -> FloatArray:
        """Return the log-odds of no purchase within the horizon."""
        histories = purchase_histories(rows, self.columns)
        return to_log_odds(self.btyd.probability_of_silence(histories, horizon=self.horizon_days))

    def contributions(self, rows: Rows, *, measured_from: float = 0.0) -> FloatArray:
        """Return the log-odds less `measured_from` as one thing, in the column of the days since the last purchase."""
        answers = self.log_odds(rows)
        whole = np.zeros((len(rows), rows.shape[1] + 1))
        whole[:, self.columns[-1]] = answers - measured_from
        whole[:, -1] = np.where(np.isnan(answers), np.nan, measured_from)
        return whole

    def texts(self) -> Mapping[str, str]:
        """Return nothing: all is in the JSON."""
        return {}

    def to_json(self) -> dict[str, Any]:
        """Return the columns, the horizon and the four parameters."""
        return {"kind": self.kind, "columns": list(self.columns), "horizon_days": self.horizon_days, "btyd": self.btyd.to_json()}


@dataclass(frozen=True)
class PriorMember:
    """The rate of the population, the same for everybody: the least a model must beat."""

    kind: ClassVar[str] = "prior"
    rate: float

    def log_odds(self, rows: Rows) -> FloatArray:
        """Return the population's log-odds for every row."""
        return np.full(len(rows), float(to_log_odds(np.array(self.rate))))

    def contributions(self, rows: Rows) -> FloatArray:
        """Return nothing for any column: all is in what they are added to."""
        return np.hstack([np.zeros(rows.shape), self.log_odds(rows)[:, None]])

    def texts(self) -> Mapping[str, str]:
        """Return nothing: all is in the JSON."""
        return {}

    def to_json(self) -> dict[str, Any]:
        """Return the rate."""
        return {"kind": self.kind, "rate": self.rate}


def purchase_histories(rows: Rows, columns: tuple[int, ...]) -> PurchaseHistories:
    """Return what the rhythm is read from; `columns` are the places of `RHYTHM_FEATURES`, in days."""
    days, first, last = (rows[:, column].astype(np.float64) for column in columns)
    days = np.where((days >= 1) & np.isfinite(days + first + last), days, np.nan)
    return PurchaseHistories(repeats=days - 1.0, last=np.maximum(first - last, 0.0), age=np.maximum(first, 0.0))


def read_member(value: Mapping[str, Any], files: Mapping[str, bytes]) -> Member:
    """Return the member that `to_json` wrote, its trees taken from `files`."""
    if value["kind"] == BoostingMember.kind:
        return BoostingMember(Boosting.from_texts([files[name].decode() for name in value["files"]]), value["stem"])
    if value["kind"] == LogisticMember.kind:
        return LogisticMember(Logistic.from_json(value["logistic"]), tuple(value["columns"]))
    if value["kind"] == RhythmMember.kind:
        return RhythmMember(Btyd.from_json(value["btyd"]), tuple(value["columns"]), value["horizon_days"])
    return PriorMember(value["rate"])
