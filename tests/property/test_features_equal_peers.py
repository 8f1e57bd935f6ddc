"""The benchmark's 44 features, written by hand for pandas and for DuckDB, give what the declarations give, in every cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.features.chosen import MOMENTS, NAMES
from benchmarks.features.equal import compare
from benchmarks.features.peers import with_duckdb, with_pandas
from benchmarks.features.prepare import fill_log, write_parquet
from features.catalogue import CATALOGUE
from features.engine.batch import compute_snapshots
from features.home import Home

SCALE = 0.001
"""A hundred customers, ten thousand uses."""
ASKED = (MOMENTS[3], *MOMENTS[-2:])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("peers")
    fill_log(place / "ours", SCALE)
    write_parquet(place / "parquet", SCALE)
    compute_snapshots(Home(place / "ours"), CATALOGUE.only(NAMES), ASKED)
    return place


@pytest.mark.parametrize("peer", [with_pandas, with_duckdb], ids=["pandas", "duckdb"])
def test_a_peer_that_reads_the_same_rows_finds_the_same_features(folder, peer):
    out = folder / peer.__name__.rpartition(".")[2]
    out.mkdir()
    peer.write_features(folder / "parquet", ASKED, out)

    agreement = compare(folder / "ours", out)

    assert agreement.cells > 5_000
    assert agreement.differing == {}
