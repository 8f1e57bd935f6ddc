"""Rows read from an open file: what was written, or a refusal, whatever happens to the file."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.row_file import DIGEST_BYTES, RowDamaged, RowFile, digests_of

MATRIX = np.arange(12, dtype=np.float64).reshape(4, 3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    np.save(tmp_path / "rows.npy", MATRIX)
    return tmp_path / "rows.npy"


def test_a_row_is_what_was_written_at_its_place(path):
    rows = RowFile(path, digests_of(MATRIX))

    assert rows.row(2).tolist() == [6.0, 7.0, 8.0]
    assert np.array_equal(rows.rows([3, 0]), MATRIX[[3, 0]])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(place=st.integers(0, 3), bit=st.integers(0, 3 * 64 - 1))
def test_any_flipped_bit_refuses_its_row_and_no_other(path, place, bit):
    np.save(path, MATRIX)
    rows = RowFile(path, digests_of(MATRIX))
    content = bytearray(path.read_bytes())
    content[len(content) - MATRIX.nbytes + place * 24 + bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)

    with pytest.raises(RowDamaged):
        rows.row(place)
    assert rows.row((place + 1) % 4).tolist() == MATRIX[(place + 1) % 4].tolist()
    assert rows.refused == 1


def test_a_truncated_file_is_a_refusal_and_no_bus_error(path):
    rows = RowFile(path, digests_of(MATRIX))
    os.truncate(path, path.stat().st_size - 1)

    with pytest.raises(RowDamaged):
        rows.row(3)
    assert rows.row(2).tolist() == [6.0, 7.0, 8.0]


def test_a_file_put_in_its_place_is_not_read_by_who_opened_the_one_before(path):
    rows = RowFile(path, digests_of(MATRIX))
    np.save(path.with_name("other.npy"), MATRIX + 1)
    path.with_name("other.npy").replace(path)

    assert rows.row(0).tolist() == [0.0, 1.0, 2.0]


def test_rows_without_stored_digests_are_held_to_what_they_were_when_opened(path):
    rows = RowFile(path)
    np.save(path, MATRIX + 1)

    with pytest.raises(RowDamaged):
        rows.row(1)


@pytest.mark.parametrize("table", [np.zeros(3), np.zeros((2, 3), order="F"), np.zeros((2, 2, 2))])
def test_what_is_no_table_of_rows_is_refused(tmp_path, table):
    np.save(tmp_path / "other.npy", table)

    with pytest.raises(RowDamaged, match="row by row"):
        RowFile(tmp_path / "other.npy", b"")


def test_digests_of_another_table_are_refused(path):
    with pytest.raises(RowDamaged, match="digest for each of 4 rows"):
        RowFile(path, bytes(3 * DIGEST_BYTES))
