"""How does that company come to disk: into our event log, and as plain Parquet for the peers.

To have a log to profile with: `python -m benchmarks.features.prepare --home DIR --scale 0.1` (0.1 is a million uses of 10,000
customers). With `--what days` thirty further days are appended to it, a delivery each; `--what folded` compacts it;
`--what parquet` writes the sources that peers read into DIR, one Parquet file each.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.features.chosen import END, FURTHER_DAYS, PEERS_READ
from benchmarks.features.company import draw_further_days, draw_groups
from features.contracts.schemas import delivered_schema
from features.contracts.sources import SOURCES
from features.home import Home
from features.log.compaction import compact
from features.log.intake import Receipt, append
from features.times import DAY, Timestamp


def fill_log(folder: Path, scale: float) -> None:
    """Append the history, a group of customers a delivery, and compact the log."""
    for tables in draw_groups(scale):
        append(Home(folder), tables, receipt=_receipt(END))
    compact(Home(folder))


def append_days(folder: Path, scale: float) -> None:
    """Append the further days, a delivery each."""
    for day, tables in enumerate(draw_further_days(scale, FURTHER_DAYS), start=1):
        append(Home(folder), tables, receipt=_receipt(END + day * DAY))


def fold_days(folder: Path, scale: float) -> None:  # noqa: ARG001  called like the others
    """Compact the log."""
    compact(Home(folder))


def write_parquet(folder: Path, scale: float) -> None:
    """Write the history of the sources peers read, one Parquet file a source; each customer's rows stand together."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(pq.ParquetWriter(folder / f"{name}.parquet", delivered_schema(SOURCES[name])))
            for name in PEERS_READ
        }
        for tables in draw_groups(scale):
            for name, writer in writers.items():
                writer.write_table(tables[name].combine_chunks())


def _receipt(observed_until: Timestamp) -> Receipt:
    observed = dict.fromkeys(SOURCES, observed_until)
    return Receipt(received_at=END + 60 * DAY, known_at="given", observed_until=observed)


_WORK: Mapping[str, Callable[[Path, float], None]] = {
    "log": fill_log,
    "days": append_days,
    "folded": fold_days,
    "parquet": write_parquet,
}


def main() -> None:
    """Write what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="folder of the installation, or of the Parquet files")
    parser.add_argument("--scale", type=float, default=0.1, help="1 is ten million uses of 100,000 customers")
    parser.add_argument("--what", choices=tuple(_WORK), default="log", help="the history, what follows it, or the peers' files")
    given = parser.parse_args()
    _WORK[given.what](given.home, given.scale)


if __name__ == "__main__":
    main()
