"""Folders named by their content: what is read is what was sealed, and whatever differs is refused before it is parsed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from models.bundle.sealed import ContentDamaged, NotStored, is_sha256, is_whole, open_sealed, seal


def filled(folder: Path) -> None:
    (folder / "a.bin").write_bytes(b"first")
    (folder / "b.bin").write_bytes(b"second")


@pytest.fixture
def parent(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def name(parent: Path) -> str:
    return seal(parent, {"format": 7}, filled)


def test_a_folder_is_named_by_its_manifest_and_says_what_it_holds(parent: Path, name: str) -> None:
    opened = open_sealed(parent, name)

    assert hashlib.sha256((parent / name / "manifest.json").read_bytes()).hexdigest() == name
    assert opened.manifest == {
        "format": 7,
        "files": {"a.bin": hashlib.sha256(b"first").hexdigest(), "b.bin": hashlib.sha256(b"second").hexdigest()},
    }


def test_files_are_read_as_they_were_sealed(parent: Path, name: str) -> None:
    opened = open_sealed(parent, name)

    assert opened.read("a.bin") == b"first"
    assert opened.read_all() == {"a.bin": b"first", "b.bin": b"second"}
    assert opened.checked_path("b.bin") == parent / name / "b.bin"


def test_a_changed_file_is_refused_with_the_folder_and_the_remedy(parent: Path, name: str) -> None:
    opened = open_sealed(parent, name)
    (parent / name / "a.bin").write_bytes(b"other")

    said = f"models/{name[:12]} whole, .*a.bin has other content.* make it again or restore a backup"
    for read in (opened.read, opened.checked_path):
        with pytest.raises(ContentDamaged, match=said):
            read("a.bin")


def test_a_file_that_is_gone_is_refused(parent: Path, name: str) -> None:
    opened = open_sealed(parent, name)
    (parent / name / "a.bin").unlink()

    for read in (opened.read, opened.checked_path):
        with pytest.raises(ContentDamaged, match=r"a\.bin could not be read"):
            read("a.bin")


def test_a_file_laid_into_the_folder_later_is_not_read(parent: Path, name: str) -> None:
    opened = open_sealed(parent, name)
    (parent / name / "c.bin").write_bytes(b"third")

    for read in (opened.read, opened.checked_path):
        with pytest.raises(ContentDamaged, match=r"c\.bin is not in its manifest"):
            read("c.bin")


@pytest.mark.parametrize("content", [None, b"{}"])
def test_a_manifest_that_is_gone_or_changed_is_refused(parent: Path, name: str, content: bytes | None) -> None:
    manifest = parent / name / "manifest.json"
    manifest.unlink() if content is None else manifest.write_bytes(content)

    with pytest.raises(ContentDamaged, match=r"manifest\.json"):
        open_sealed(parent, name)
    assert is_whole(parent, name) is False


def test_what_was_never_sealed_here_is_not_found(parent: Path, name: str) -> None:
    (parent / "plain").mkdir()

    for other in ("0" * 64, "plain", ""):
        with pytest.raises(NotStored):
            open_sealed(parent, other)
    assert (is_whole(parent, name), is_whole(parent, "0" * 64)) == (True, False)


def test_sealing_the_same_again_mends_a_damaged_folder_and_leaves_a_whole_one_alone(parent: Path, name: str) -> None:
    (parent / name / "signature").write_bytes(b"kept")

    again = seal(parent, {"format": 7}, filled)

    assert (again, (parent / name / "signature").read_bytes()) == (name, b"kept")
    (parent / name / "b.bin").write_bytes(b"damaged")
    assert not is_whole(parent, name)
    assert seal(parent, {"format": 7}, filled) == name
    assert is_whole(parent, name)


def test_what_attests_to_a_folder_lies_beside_its_manifest_and_is_not_listed(parent: Path) -> None:
    def attest(folder: Path) -> None:
        (folder / "signature").write_bytes((folder / "manifest.json").read_bytes()[:4])

    opened = open_sealed(parent, seal(parent, {}, filled, attest=attest))

    assert (opened.folder / "signature").read_bytes() == opened.manifest_bytes[:4]
    assert set(opened.manifest["files"]) == {"a.bin", "b.bin"}


@pytest.mark.parametrize("text", ["", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "../" + "a" * 61, 7, None, b"a" * 64])
def test_only_64_hexadecimal_digits_in_lower_case_name_a_folder(text: object) -> None:
    assert is_sha256("0123456789abcdef" * 4)
    assert not is_sha256(text)
