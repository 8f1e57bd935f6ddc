"""How would a competent user of DuckDB compute the 44 features: one statement, a moment at a time, over the Parquet files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from benchmarks.features.chosen import PEERS_READ
from features.times import Timestamp, format_time, to_datetime

STATEMENT = Path(__file__).with_name("snapshot.sql").read_text()
"""Gives a row a customer there is `$as_of`, from `customers`, `usage`, `tickets` and `purchases`."""


def write_features(parquet: Path, moments: Sequence[Timestamp], out: Path) -> None:
    """Write one Parquet file a moment."""
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        for source in PEERS_READ:
            database.execute(f"CREATE VIEW {source} AS SELECT * FROM read_parquet('{parquet / source}.parquet')")  # noqa: S608  names of our own
        for moment in moments:
            # a constant, where a parameter would keep the optimiser from seeing it
            statement = STATEMENT.replace("$as_of", f"TIMESTAMPTZ '{format_time(moment)}'")
            file = out / f"{to_datetime(moment).date()}.parquet"
            database.execute(f"COPY ({statement}) TO '{file}' (FORMAT parquet, COMPRESSION uncompressed)")
