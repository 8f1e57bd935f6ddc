"""Do a peer's features equal ours: every cell of every snapshot, to float32; prints, as JSON, how many cells differ and where."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.features.chosen import SMOOTH
from features.snapshot import Snapshot, open_snapshot
from features.times import to_datetime


@dataclass(frozen=True)
class Agreement:
    """How many cells were compared, and how many of them differ, feature by feature."""

    cells: int
    differing: dict[str, int]


def compare(home: Path, peer: Path) -> Agreement:
    """Compare every snapshot below `home` with the peer's file of the same day; customers must be the same."""
    found = [one for folder in sorted((home / "snapshots").iterdir()) for one in _differing(open_snapshot(folder), peer)]
    differing = {
        name: sum(count for told, _, count in found if told == name) for name in dict.fromkeys(told for told, _, _ in found)
    }
    return Agreement(sum(cells for _, cells, _ in found), {name: count for name, count in differing.items() if count})


def _differing(snapshot: Snapshot, peer: Path) -> Iterator[tuple[str, int, int]]:
    """Give for each feature its name, how many cells it has and how many of them differ."""
    table = pq.read_table(peer / f"{to_datetime(snapshot.as_of).date()}.parquet").sort_by("customer_id")
    if table["customer_id"].cast(pa.string()).to_pylist() != snapshot.ids.to_pylist():
        raise AssertionError(f"{peer.name} has other customers at {to_datetime(snapshot.as_of)}: {table.num_rows} rows")
    for place, name in enumerate(snapshot.names):
        ours, theirs = np.asarray(snapshot.matrix[:, place]), _float32(table[name])
        same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
        if name in SMOOTH:
            same |= np.isclose(ours, theirs, rtol=SMOOTH[name], atol=1e-9)
        yield name, len(ours), int((~same).sum())


def _float32(column: pa.ChunkedArray) -> NDArray[np.float32]:
    if column.type != pa.float32():
        raise AssertionError(f"peers needed to write float32, found {column.type}")
    return np.asarray(column.to_numpy(), np.float32)


def main() -> None:
    """Print the agreement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("peer", type=Path)
    given = parser.parse_args()
    print(json.dumps(asdict(compare(given.home, given.peer))))


if __name__ == "__main__":
    main()
