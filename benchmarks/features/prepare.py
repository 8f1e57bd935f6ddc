"""How does that company come to disk: into our event log, and as plain Parquet for the peers.

To have a log to profile with: `python -m benchmarks.features.prepare --home DIR --scale 0.1` (0.1 is a million uses of 10,000
customers; `--days 30` appends further days, a delivery each; `--parquet DIR` writes the same rows as one Parquet file a source).
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.features.company import END, draw_further_days, draw_groups
from features.contracts.schemas import delivered_schema
from features.contracts.sources import SOURCES
from features.home import Home
from features.log.intake import Receipt, append
from features.times import DAY

PEERS_READ = ("customers", "usage", "tickets", "purchases")
_LATER = END + 60 * DAY


def fill_log(home: Home, scale: float) -> None:
    """Append the history, a group of customers a delivery."""
    receipt = Receipt(received_at=_LATER, known_at="given", observed_until=dict.fromkeys(SOURCES, END))
    for tables in draw_groups(scale):
        append(home, tables, receipt=receipt)


def append_days(home: Home, scale: float, days: int) -> None:
    """Append so many further days, a delivery each."""
    for day, tables in enumerate(draw_further_days(scale, days), start=1):
        observed = dict.fromkeys(SOURCES, END + day * DAY)
        append(home, tables, receipt=Receipt(received_at=_LATER, known_at="given", observed_until=observed))


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


def main() -> None:
    """Write what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="folder of the installation whose event log to fill")
    parser.add_argument("--parquet", type=Path, help="folder for the peers' Parquet files")
    parser.add_argument("--scale", type=float, default=0.1, help="1 is ten million uses of 100,000 customers")
    parser.add_argument("--days", type=int, default=0, help="further days to append to the log")
    given = parser.parse_args()
    if given.home:
        fill_log(Home(given.home), given.scale)
        append_days(Home(given.home), given.scale, given.days)
    if given.parquet:
        write_parquet(given.parquet, given.scale)


if __name__ == "__main__":
    main()
