"""Signing keys: outside the installation, readable by their owner only, never overwritten."""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from features.home import Home
from models.bundle import (
    KeyExists,
    KeyExposed,
    KeyInsideHome,
    KeyMissing,
    create_signing_key,
    load_public_key,
    load_signer,
    publish_public_key,
)
from models.bundle.signing import KeyUnreadable


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "var")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "signing.key"


def test_what_the_private_half_signs_the_public_half_accepts(home: Home, path: Path) -> None:
    create_signing_key(path, home)

    signature = load_signer(path, home).sign(b"content")

    assert load_public_key(home).verifies(signature, b"content")
    assert not load_public_key(home).verifies(signature, b"Content")
    assert not load_public_key(home).verifies(signature[:-1], b"content")


def test_only_the_owner_may_read_the_private_half(home: Home, path: Path) -> None:
    create_signing_key(path, home)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_private_half_that_others_may_read_is_refused(home: Home, path: Path) -> None:
    create_signing_key(path, home)
    path.chmod(0o640)

    with pytest.raises(KeyExposed, match="found mode 640"):
        load_signer(path, home)


@pytest.mark.parametrize("below", ["signing.key", "keys/signing.key", "../var/signing.key"])
def test_the_private_half_never_stands_inside_the_installation(home: Home, below: str) -> None:
    with pytest.raises(KeyInsideHome):
        create_signing_key(home.root / below, home)
    assert not (home.root / below).exists()


def test_a_link_into_the_installation_is_inside_it(home: Home, tmp_path: Path) -> None:
    home.root.mkdir()
    (tmp_path / "elsewhere").symlink_to(home.root)

    with pytest.raises(KeyInsideHome):
        load_signer(tmp_path / "elsewhere" / "signing.key", home)


def test_an_existing_key_is_never_overwritten(home: Home, path: Path) -> None:
    create_signing_key(path, home)
    before = path.read_bytes()

    with pytest.raises(KeyExists):
        create_signing_key(path, home)
    assert path.read_bytes() == before


def test_a_missing_key_says_where_it_was_looked_for(home: Home, path: Path) -> None:
    with pytest.raises(KeyMissing, match=r"signing\.key"):
        load_signer(path, home)
    with pytest.raises(KeyMissing, match=r"bundle\.pub"):
        load_public_key(home)


def test_a_key_of_another_kind_is_refused(home: Home, path: Path) -> None:
    create_signing_key(path, home)
    path.write_bytes(load_public_key(home).pem)
    (home.keys / "bundle.pub").write_bytes(b"nothing")

    with pytest.raises(KeyUnreadable, match="private key in PEM"):
        load_signer(path, home)
    with pytest.raises(KeyUnreadable, match="public key in PEM"):
        load_public_key(home)


def test_a_pair_of_keys_for_something_else_than_signing_is_refused(home: Home, path: Path) -> None:
    create_signing_key(path, home)
    other = X25519PrivateKey.generate()
    plain, spki = serialization.NoEncryption(), serialization.PublicFormat.SubjectPublicKeyInfo
    path.write_bytes(other.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    (home.keys / "bundle.pub").write_bytes(other.public_key().public_bytes(serialization.Encoding.PEM, spki))

    with pytest.raises(KeyUnreadable, match="ed25519 private key"):
        load_signer(path, home)
    with pytest.raises(KeyUnreadable, match="found another key"):
        load_public_key(home)


def test_a_key_is_written_into_folders_that_are_not_there_yet(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "user" / "config" / "lifecycle" / "signing.key"

    signer = create_signing_key(path, home)

    assert load_signer(path, home).public_key.pem == signer.public_key.pem


def test_a_new_installation_can_trust_an_older_key(home: Home, path: Path, tmp_path: Path) -> None:
    signer = create_signing_key(path, home)
    other = Home(tmp_path / "other")

    publish_public_key(other, signer)

    assert load_public_key(other).pem == load_public_key(home).pem


def test_a_signer_does_not_print_its_key(home: Home, path: Path) -> None:
    assert repr(create_signing_key(path, home)) == "Signer()"


@pytest.mark.parametrize("bit", range(8))
def test_a_key_with_one_bit_changed_anywhere_is_refused_by_name_or_is_another_key(home: Home, path: Path, bit: int) -> None:
    create_signing_key(path, home)
    whole, public = path.read_bytes(), home.keys / "bundle.pub"
    trusted = public.read_bytes()

    for place in range(len(trusted)):
        public.write_bytes(flipped(trusted, place, bit))
        path.write_bytes(flipped(whole, place, bit))
        with suppress(KeyUnreadable):
            assert load_public_key(home).pem != trusted
        with suppress(KeyUnreadable):
            load_signer(path, home)


def test_a_private_key_under_a_password_is_refused_by_name(home: Home, path: Path) -> None:
    signer = create_signing_key(path, home)
    locked = serialization.BestAvailableEncryption(b"secret")
    path.write_bytes(signer.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked))

    with pytest.raises(KeyUnreadable, match="without a password"):
        load_signer(path, home)


def flipped(content: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(content)
    changed[place] ^= 1 << bit
    return bytes(changed)
