"""What does one learner say of the stage after one horizon: four kinds of members, each answering a log-chance a stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

from models.learners.boosting import Boosting
from models.learners.multinomial import Multinomial
from models.learners.special import log_softmax
from models.rows import FloatArray, Rows, quantities
from models.transition.columns import codes_of


class Member(Protocol):
    """One learner of one horizon."""

    def log_chances(self, rows: Rows) -> FloatArray:
        """Return the logarithm of the chance of each stage, shape (n, stages), for rows with every column of the model."""
        ...

    def contributions(self, rows: Rows) -> FloatArray:
        """Return what each column adds to each stage's score, shape (n, stages, columns + 1); last what holds for everybody."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return what was learned as a JSON object with its `kind`; texts of trees are named, not included."""
        ...

    def texts(self) -> Mapping[str, str]:
        """Return the texts that stand in files of their own, by file name."""
        ...


@dataclass(frozen=True)
class BoostingMember:
    """Boosted trees over every column, one tree a stage and round; they stand in text files whose names start with `stem`."""

    kind: ClassVar[str] = "boosting"
    boosting: Boosting
    stem: str

    def log_chances(self, rows: Rows) -> FloatArray:
        """Return the trees' log-chances; a stage that never occurred has one of about -35."""
        return np.asarray(log_softmax(self.boosting.scores(rows), axis=1))

    def contributions(self, rows: Rows) -> FloatArray:
        """Return exact TreeSHAP values."""
        return self.boosting.contributions(rows)

    def texts(self) -> Mapping[str, str]:
        """Return one LightGBM text a seed."""
        return {f"{self.stem}-{seed}.txt": text for seed, text in enumerate(self.boosting.texts)}

    def to_json(self) -> dict[str, Any]:
        """Return the names of the files that hold the trees."""
        return {"kind": self.kind, "stem": self.stem, "files": sorted(self.texts())}


@dataclass(frozen=True)
class Design:
    """The columns a regression reads: quantities as they are, and of the stage one 0/1 column each, since a code has no order."""

    columns: tuple[int, ...]
    stage: int
    stages: int

    @classmethod
    def of(cls, names: Sequence[str], *, stage: int, stages: int) -> Design:
        """Return the design over these columns, of which `stage` holds the code of the stage."""
        return cls(tuple(place for place in quantities(names) if place != stage), stage, stages)

    def apply(self, rows: Rows) -> Rows:
        """Return the columns the regression reads; all 0 for a stage that is not known."""
        stood = np.eye(self.stages + 1, self.stages, dtype=np.float32)[codes_of(rows, self.stage, stages=self.stages)]
        return np.hstack([rows[:, list(self.columns)], stood])

    def to_columns(self, contributions: FloatArray, *, width: int) -> FloatArray:
        """Return contributions by column of the whole rows: those of the stage's 0/1 columns together."""
        told = np.zeros((*contributions.shape[:2], width + 1))
        told[:, :, list(self.columns)] = contributions[:, :, : len(self.columns)]
        told[:, :, self.stage] = contributions[:, :, len(self.columns) : -1].sum(axis=2)
        told[:, :, -1] = contributions[:, :, -1]
        return told


@dataclass(frozen=True)
class MultinomialMember:
    """A multinomial logistic regression over a design."""

    kind: ClassVar[str] = "multinomial"
    multinomial: Multinomial
    design: Design

    def log_chances(self, rows: Rows) -> FloatArray:
        """Return the regression's log-chances; -inf for a stage that never occurred."""
        return np.asarray(log_softmax(self.multinomial.scores(self.design.apply(rows)), axis=1))

    def contributions(self, rows: Rows) -> FloatArray:
        """Return coefficient times deviation from the mean."""
        table = self.multinomial.contributions(self.design.apply(rows))
        return self.design.to_columns(table, width=rows.shape[1])

    def texts(self) -> Mapping[str, str]:
        """Return nothing: all is in the JSON."""
        return {}

    def to_json(self) -> dict[str, Any]:
        """Return the design and the regression."""
        design = {"columns": list(self.design.columns), "stage": self.design.stage, "stages": self.design.stages}
        return {"kind": self.kind, "design": design, "multinomial": self.multinomial.to_json()}


@dataclass(frozen=True)
class MatrixMember:
    """A chance for each pair of stages, from by to; one more row answers for who stands in no known stage."""

    kind: ClassVar[str] = "matrix"
    chances: tuple[tuple[float, ...], ...]
    stage: int

    def log_chances(self, rows: Rows) -> FloatArray:
        """Return the row of the matrix that belongs to each customer's stage."""
        return np.asarray(np.log(self.chances)[codes_of(rows, self.stage, stages=len(self.chances) - 1)])

    def contributions(self, rows: Rows) -> FloatArray:
        """Return all of it as the stage's, less what is said of a customer of no known stage."""
        table = np.zeros((len(rows), len(self.chances) - 1, rows.shape[1] + 1))
        table[:, :, -1] = np.log(np.asarray(self.chances[-1]))
        table[:, :, self.stage] = self.log_chances(rows) - table[:, :, -1]
        return table

    def texts(self) -> Mapping[str, str]:
        """Return nothing: all is in the JSON."""
        return {}

    def to_json(self) -> dict[str, Any]:
        """Return the matrix."""
        return {"kind": self.kind, "chances": [list(row) for row in self.chances], "stage": self.stage}


@dataclass(frozen=True)
class CorrectedMember:
    """Boosted trees that were grown from a matrix: they tell how a customer's chances differ from those of the stage."""

    kind: ClassVar[str] = "corrected"
    boosted: BoostingMember
    matrix: MatrixMember

    def log_chances(self, rows: Rows) -> FloatArray:
        """Return the log-chances of the matrix, corrected by the trees."""
        return np.asarray(log_softmax(self.matrix.log_chances(rows) + self.boosted.boosting.scores(rows), axis=1))

    def contributions(self, rows: Rows) -> FloatArray:
        """Return those of both, which add up."""
        return self.boosted.contributions(rows) + self.matrix.contributions(rows)

    def texts(self) -> Mapping[str, str]:
        """Return one LightGBM text a seed."""
        return self.boosted.texts()

    def to_json(self) -> dict[str, Any]:
        """Return both."""
        return {"kind": self.kind, "boosted": self.boosted.to_json(), "matrix": self.matrix.to_json()}


def read_member(value: Mapping[str, Any], files: Mapping[str, bytes]) -> Member:
    """Return the member that `to_json` wrote, its trees taken from `files`."""
    if value["kind"] == BoostingMember.kind:
        return _boosting(value, files)
    if value["kind"] == CorrectedMember.kind:
        return CorrectedMember(_boosting(value["boosted"], files), _matrix(value["matrix"]))
    if value["kind"] == MultinomialMember.kind:
        design = value["design"]
        read = Design(tuple(design["columns"]), design["stage"], design["stages"])
        return MultinomialMember(Multinomial.from_json(value["multinomial"]), read)
    return _matrix(value)


def _boosting(value: Mapping[str, Any], files: Mapping[str, bytes]) -> BoostingMember:
    return BoostingMember(Boosting.from_texts([files[name].decode() for name in value["files"]]), value["stem"])


def _matrix(value: Mapping[str, Any]) -> MatrixMember:
    return MatrixMember(tuple(tuple(row) for row in value["chances"]), value["stage"])
