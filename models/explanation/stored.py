"""How do the reasons of the riskiest stand beside the predictions: one mappable table, and one JSON of what its places mean.

The table is rising by `row`, the customer's place among the predictions' ids, so a customer is found by bisection and no id is
stored twice: 52 bytes a customer, for the riskiest 5 % of a million customers 2.6 MB.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from features.errors import Damaged
from features.write_once import canonical_json
from models.explanation.strongest import REASON_ROW, Reasons, ReasonTable
from models.rows import FloatArray

TABLE, MEANING = "reasons.npy", "reasons.json"


class ReasonsDamaged(Damaged):
    """Stored reasons that are not what `to_files` writes."""


def riskiest(chances: FloatArray, *, share: float) -> npt.NDArray[np.intp]:
    """Return the rows of the highest chances, rising by row: so many as make that share of those who have a chance at all.

    >>> riskiest(np.array([0.1, np.nan, 0.9, 0.9, 0.5]), share=0.5).tolist()
    [2, 3]
    """
    known = np.flatnonzero(~np.isnan(chances))
    order = np.argsort(-chances[known], kind="stable")
    return np.sort(known[order[: int(np.ceil(share * len(known)))]])


def placed(reasons: Reasons, rows: npt.NDArray[np.intp]) -> Reasons:
    """Return the reasons with other rows, one for each in their order and rising: where the customers stand among all."""
    table = reasons.table.copy()
    table["row"] = rows
    return Reasons(table, reasons.codes, reasons.feature_names, reasons.usual)


def to_files(reasons: Reasons) -> dict[str, bytes]:
    """Return the reasons as two files; the same reasons give the same bytes."""
    table = io.BytesIO()
    np.save(table, reasons.table, allow_pickle=False)
    usual = [None if value != value else value for value in reasons.usual]
    meaning = {"codes": list(reasons.codes), "feature_names": list(reasons.feature_names), "usual": usual}
    return {TABLE: table.getvalue(), MEANING: canonical_json(meaning)}


def from_files(files: Mapping[str, bytes]) -> Reasons:
    """Return the reasons that `to_files` wrote; the bytes must have been checked by their hash before."""
    return opened(np.load(io.BytesIO(files[TABLE]), allow_pickle=False), files[MEANING])


def opened(table: ReasonTable, meaning: bytes) -> Reasons:
    """Return the reasons of a table that was mapped or read, and the bytes of the JSON beside it.

    Raises
    ------
    ReasonsDamaged
        If the table has other columns, or is not rising by row.
    """
    if table.dtype != REASON_ROW or table.ndim != 1 or np.any(np.diff(table["row"]) <= 0):
        raise ReasonsDamaged(f"needed reasons of the form {REASON_ROW.names}, rising by row; found {table.dtype}; score again")
    value = json.loads(meaning)
    usual = tuple(np.nan if each is None else float(each) for each in value["usual"])
    return Reasons(table, tuple(value["codes"]), tuple(value["feature_names"]), usual)
