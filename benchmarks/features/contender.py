"""One contender in a process of its own: the features of everybody at some moments, and nothing else."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from benchmarks.features.chosen import NAMES
from features.times import Timestamp, parse_time

PEERS = ("pandas", "polars", "duckdb")


def main() -> None:
    """Compute, and write to the folder given; ours reads the log that stands in that folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("who", choices=("ours", "whole", *PEERS))
    parser.add_argument("--parquet", type=Path, help="where the peers read")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--moments", type=parse_time, nargs="+", required=True)
    given = parser.parse_args()
    if given.who in PEERS:
        peer = importlib.import_module(f"benchmarks.features.peers.with_{given.who}")
        peer.write_features(given.parquet, given.moments, given.out)
    else:
        _write_ours(given.out, given.moments, whole=given.who == "whole")


def _write_ours(home: Path, moments: list[Timestamp], *, whole: bool) -> None:
    from features.catalogue import CATALOGUE
    from features.engine.batch import compute_snapshots
    from features.home import Home

    catalogue = CATALOGUE.only(NAMES)
    if whole:
        from features.company import default_company_text, read_company

        catalogue = read_company(default_company_text("default")).catalogue
    compute_snapshots(Home(home), catalogue, moments)


if __name__ == "__main__":
    main()
