"""How are predictions served: ids in memory, rows read one by one from the file they stand in, each checked by its own digest.

Beside the ids a process keeps eight bytes a customer and question of the file; the numbers themselves stay in the page cache,
which all processes of a host share.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.errors import Damaged
from features.home import Home
from features.row_file import RowFile
from models.bundle.identifiers import IdIndex, read_ids
from models.bundle.predictions import (
    COLUMNS_FILE,
    FEATURE_DIGESTS,
    IDS_FILE,
    MATRIX_FILE,
    REFERENCES_FILE,
    ROW_DIGESTS,
    PredictionsOrigin,
    contacts_beside,
    origin_of,
    reasons_beside,
)
from models.bundle.sealed import ContentDamaged, Sealed, open_sealed
from models.decision import Contacts
from models.explanation.strongest import Reasons
from models.rows import FloatArray


@dataclass(frozen=True)
class ServedPredictions:
    """Predictions that are looked up customer by customer. `feature_digests`: one a row of the snapshot they were made from."""

    digest: str
    origin: PredictionsOrigin
    ids: IdIndex
    columns: tuple[str, ...]
    rows: RowFile
    rows_sha256: str
    reasons: Reasons | None = None
    contacts: Contacts | None = None
    feature_digests: bytes | None = None

    def row(self, customer_id: str) -> int | None:
        """Return the customer's place; None for a customer the snapshot does not hold."""
        return self.ids.row(customer_id)

    def is_whole(self) -> bool:
        """Whether the file of the rows still is what it was when it was opened; reads all of it."""
        return self.rows.sha256() == self.rows_sha256

    def values(self, place: int) -> list[float]:
        """Return all that is predicted for the customer at that place; NaN where something is not.

        Raises
        ------
        RowDamaged
            If the file no longer holds what was written there.
        """
        read: list[float] = self.rows.row(place).tolist()
        return read

    def values_of(self, places: Sequence[int]) -> FloatArray:
        """Return the same for several, a row each."""
        return np.asarray(self.rows.rows(places), np.float64)


def serve_predictions(home: Home, digest: str) -> ServedPredictions:
    """Open stored predictions to be served, every file hashed first.

    Predictions of before there were digests get them here, which takes some seconds for a million customers.

    Raises
    ------
    NotStored, ContentDamaged
        If there are none of that name, or a file is not what the manifest says.
    """
    sealed = open_sealed(home.predictions, digest)
    columns = tuple(json.loads(sealed.read(COLUMNS_FILE)))
    ids, rows = read_ids(sealed.read(IDS_FILE)), _rows(sealed)
    if REFERENCES_FILE in sealed.manifest["files"]:
        sealed.checked_path(REFERENCES_FILE)  # whoever predicts one more customer reads it
    if rows.shape != (len(ids), len(columns)) or rows.dtype != np.float64:
        raise ContentDamaged(f"needed a prediction for each id and column in {digest[:12]}, found {rows.shape}; score again")
    return ServedPredictions(
        digest,
        origin_of(sealed),
        ids,
        columns,
        rows,
        sealed.manifest["files"][MATRIX_FILE],
        reasons_beside(sealed),
        contacts_beside(sealed, len(ids)),
        sealed.read(FEATURE_DIGESTS) if FEATURE_DIGESTS in sealed.manifest["files"] else None,
    )


def _rows(sealed: Sealed) -> RowFile:
    """Return the rows, the file hashed through the very handle they will be read from, after its digests are at hand."""
    files = sealed.manifest["files"]
    digests = sealed.read(ROW_DIGESTS) if ROW_DIGESTS in files else None
    try:
        rows = RowFile(sealed.folder / MATRIX_FILE, digests)
    except (OSError, Damaged) as error:
        raise ContentDamaged(
            f"needed {MATRIX_FILE} in {sealed.folder} whole, found that it cannot be read; score again"
        ) from error
    if rows.sha256() != files[MATRIX_FILE]:
        raise ContentDamaged(f"needed {MATRIX_FILE} in {sealed.folder} whole, found other content; restore it or score again")
    return rows
