"""How are the features of single customers read: from a snapshot's open file, each row checked by its digest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from features.row_file import RowFile
from features.snapshot import COLUMNS, MATRIX, SnapshotDamaged, is_whole, snapshot_manifest


@dataclass(frozen=True)
class SnapshotRows:
    """The features of a snapshot, read customer by customer from its open file."""

    names: tuple[str, ...]
    rows: RowFile

    def row(self, place: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        """Return the features of the customer at that place, as a table of one row; raising as `RowFile.row` does."""
        return np.asarray(self.rows.row(place), np.float32).reshape(1, len(self.names))


def serve_snapshot(path: Path, digests: bytes) -> SnapshotRows:
    """Open a snapshot to be read row by row, each checked by its digest; nothing of it is read now but its names.

    Raises
    ------
    SnapshotMissing
        If there is none at `path`.
    SnapshotDamaged
        If its names, or the form of its rows, are not what was written.
    """
    body = snapshot_manifest(path)
    if not is_whole(path / COLUMNS, body["files"][COLUMNS]):
        raise SnapshotDamaged(f"{path / COLUMNS} is not what was written; remove the folder and compute it again")
    names = tuple(json.loads((path / COLUMNS).read_bytes()))
    rows = RowFile(path / MATRIX, digests)
    if rows.shape[1] != len(names) or rows.dtype != np.float32:
        raise SnapshotDamaged(f"{path / MATRIX} is not what was written; remove the folder and compute it again")
    return SnapshotRows(names, rows)
