from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from features.ids_file import map_ids, write_ids


@pytest.mark.parametrize("ids", [[], ["a"], ["a", "b", "c"]])
def test_ids_are_read_back_as_they_were(tmp_path: Path, ids: list[str]) -> None:
    write_ids(tmp_path / "ids.arrow", pa.array(["before", *ids], pa.string()).slice(1))

    assert map_ids(tmp_path / "ids.arrow").to_pylist() == ids


def test_mapped_ids_take_no_memory(tmp_path: Path) -> None:
    write_ids(tmp_path / "ids.arrow", pa.array([f"c{number}" for number in range(10_000)]))
    before = pa.total_allocated_bytes()

    ids = map_ids(tmp_path / "ids.arrow")

    assert len(ids) == 10_000
    assert pa.total_allocated_bytes() - before < 1_000
