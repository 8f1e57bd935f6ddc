"""The compiled kernel is kept in a cache; losing it costs seconds once, never the service."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numba import float64, types
from numba.core import config

from features.kernel.cache import kept

SIGNATURE = types.void(float64[::1])


def double(values: np.ndarray) -> None:
    values *= 2.0


def doubled(version: str = "1") -> float:
    values = np.array([21.0])
    kept(double, SIGNATURE, version=version)(values)
    return float(values[0])


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path))
    return tmp_path


def written(cache: Path, ending: str) -> list[Path]:
    return sorted(cache.rglob(f"*.{ending}"))


def test_what_was_compiled_once_is_kept(cache: Path) -> None:
    doubled()
    before = [path.read_bytes() for path in written(cache, "nbc")]

    assert doubled() == 42
    assert [path.read_bytes() for path in written(cache, "nbc")] == before != []


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
def test_a_damaged_cache_is_begun_anew(cache: Path, ending: str) -> None:
    doubled()
    (path,) = written(cache, ending)
    path.write_bytes(b"Ran out of input")

    assert doubled() == 42
    assert all(path.read_bytes() != b"Ran out of input" for path in written(cache, ending))


def test_another_version_has_files_of_its_own(cache: Path) -> None:
    doubled("1")
    doubled("2")

    assert len(written(cache, "nbi")) == 2


def test_a_cache_that_cannot_be_written_is_done_without(cache: Path) -> None:
    cache.rmdir()
    cache.write_text("a file where the folder was")

    assert doubled() == 42
