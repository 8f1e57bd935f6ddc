from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from features.write_once import (
    canonical_json,
    new_folder,
    publish_folder,
    remove_abandoned,
    replace_file,
    sha256_of_file,
    sha256_of_json,
)


def test_a_replaced_file_holds_the_new_content_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "live.json"

    replace_file(path, b"old")
    replace_file(path, b"new")

    assert path.read_bytes() == b"new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["live.json"]


def test_a_failed_replacement_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "live.json"
    replace_file(path, b"old")

    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"new")

    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_appears_whole_under_its_final_name(tmp_path: Path) -> None:
    with new_folder(tmp_path) as temporary:
        (temporary / "matrix.npy").write_bytes(b"1")
        assert not (tmp_path / "final").exists()
        publish_folder(temporary, tmp_path / "final")

    assert (tmp_path / "final" / "matrix.npy").read_bytes() == b"1"
    assert [entry.name for entry in tmp_path.iterdir()] == ["final"]


def test_an_abandoned_folder_is_removed(tmp_path: Path) -> None:
    with new_folder(tmp_path) as temporary:
        (temporary / "half").write_bytes(b"1")

    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed_a_day_later(tmp_path: Path) -> None:
    for name, age in ((".tmp-killed", 100_000), (".tmp-at-work", 60)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "matrix.npy").write_bytes(b"1")
        os.utime(tmp_path / name, (0, (tmp_path / name).stat().st_mtime - age))

    with new_folder(tmp_path):
        pass

    assert [path.name for path in tmp_path.iterdir()] == [".tmp-at-work"]


def test_half_a_file_on_a_lower_floor_is_removed_a_day_later_too(tmp_path: Path) -> None:
    for folder, age in (("bundles/ab", 100_000), ("bundles/cd", 60)):
        replace_file(tmp_path / folder / "signature", b"whole")
        (tmp_path / folder / ".tmp-killed").write_bytes(b"ha")
        os.utime(tmp_path / folder / ".tmp-killed", (0, (tmp_path / folder).stat().st_mtime - age))

    remove_abandoned(tmp_path, depth=2)

    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"bundles/ab/signature", "bundles/cd/signature", "bundles/cd/.tmp-killed"}


def test_the_names_of_new_folders_are_durable_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr("features.write_once.sync_folder", synced.append)

    replace_file(tmp_path / "log" / "usage" / "delta.parquet", b"1")

    assert synced == [tmp_path, tmp_path / "log", tmp_path / "log" / "usage"]


def test_the_folder_that_stands_is_kept(tmp_path: Path) -> None:
    for content in (b"first", b"second"):
        with new_folder(tmp_path) as temporary:
            (temporary / "file").write_bytes(content)
            publish_folder(temporary, tmp_path / "final")

    assert (tmp_path / "final" / "file").read_bytes() == b"first"


def test_the_order_of_keys_does_not_change_a_hash() -> None:
    assert sha256_of_json({"a": 1, "b": [2]}) == sha256_of_json({"b": [2], "a": 1})


def test_nan_has_no_canonical_spelling() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical_json(float("nan"))


def test_the_hash_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")

    assert sha256_of_file(tmp_path / "empty") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_two_who_publish_the_same_at_once_both_succeed(tmp_path: Path) -> None:
    both_filled = Barrier(2)

    def publish(_: int) -> Path:
        with new_folder(tmp_path) as temporary:
            (temporary / "a").write_bytes(b"same")
            both_filled.wait()
            return publish_folder(temporary, tmp_path / "final")

    for _ in range(20):
        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(publish, range(2))) == [tmp_path / "final"] * 2
        shutil.rmtree(tmp_path / "final")
