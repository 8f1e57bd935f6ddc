"""Who may say what serves: an ed25519 key pair, its private half outside the installation, its public half in `keys/bundle.pub`.

The private key is read by the commands that publish, and by nothing that serves: who breaks into the service cannot sign a
bundle.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from features.errors import Conflict, Damaged, Forbidden, NotFound
from features.home import Home
from features.write_once import replace_file, sync_folder

_PUBLIC_NAME = "bundle.pub"
_OWNER_ONLY = 0o600
# What the parser raises for a damaged key: which of them depends on the byte that is wrong; TypeError for one with a password.
_NO_KEY = (ValueError, TypeError, UnsupportedAlgorithm, InternalError)


class KeyMissing(NotFound):
    """The key is not where it was looked for."""


class KeyInsideHome(Forbidden):
    """The private key would stand, or stands, below LIFECYCLE_HOME, where the service can read it."""


class KeyExposed(Forbidden):
    """Others than the owner may read the private key."""


class KeyExists(Conflict):
    """A file stands where the private key was to be written; it is never overwritten."""


class KeyUnreadable(Damaged):
    """The file is no ed25519 key."""


@dataclass(frozen=True)
class PublicKey:
    """What a signature is checked with; anybody may have it."""

    key: Ed25519PublicKey

    def verifies(self, signature: bytes, content: bytes) -> bool:
        """Say whether the holder of the private key signed exactly this content."""
        try:
            self.key.verify(signature, content)
        except InvalidSignature:
            return False
        return True

    @property
    def pem(self) -> bytes:
        """Return the key as PEM, the form in which `openssl` takes it."""
        return self.key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True)
class Signer:
    """What signs bundles; the private key never shows when it is printed."""

    key: Ed25519PrivateKey = field(repr=False)

    def sign(self, content: bytes) -> bytes:
        """Return the 64 bytes that only this key can make of this content."""
        return self.key.sign(content)

    @property
    def public_key(self) -> PublicKey:
        """Return the half that checks."""
        return PublicKey(self.key.public_key())


def create_signing_key(path: Path, home: Home) -> Signer:
    """Make a new key pair: the private half at `path`, readable by its owner only, the public half in `home.keys`.

    Raises
    ------
    KeyInsideHome
        If `path` is below the installation's folder.
    KeyExists
        If a file stands at `path`.
    """
    signer = new_signing_key(path, home)
    publish_public_key(home, signer)
    return signer


def new_signing_key(path: Path, home: Home) -> Signer:
    """Make the private half of a new key pair at `path`; the installation trusts it once its public half is published.

    Raises
    ------
    KeyInsideHome, KeyExists
        As `create_signing_key` does.
    """
    _refuse_inside(path, home)
    signer = Signer(Ed25519PrivateKey.generate())
    private = serialization.PrivateFormat.PKCS8
    _write_private(path, signer.key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()))
    return signer


def load_signer(path: Path, home: Home) -> Signer:
    """Return the signer at `path`.

    Raises
    ------
    KeyMissing, KeyInsideHome, KeyExposed, KeyUnreadable
        If it is not there, stands below the installation's folder, may be read by others, or is no ed25519 key.
    """
    _refuse_inside(path, home)
    if not path.is_file():
        raise KeyMissing(
            f"needed the private signing key at {path}, found none; set LIFECYCLE_SIGNING_KEY to where it is, or take "
            "a copy (lost: docs/operator-guide.md, Change secrets, says how to begin with a new one)"
        )
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & ~_OWNER_ONLY:
        raise KeyExposed(
            f"needed {path} to be readable by its owner only (mode 600), found mode {mode:o}; chmod 600 it, or make a new key"
        )
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except _NO_KEY as error:
        raise KeyUnreadable(
            f"needed an ed25519 private key in PEM, without a password, at {path}, found something else; restore it from a backup"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnreadable(f"needed an ed25519 private key at {path}, found {type(key).__name__}")
    return Signer(key)


def publish_public_key(home: Home, signer: Signer) -> None:
    """Make the signer the one this installation trusts: bundles signed by another key are refused from now on."""
    replace_file(home.keys / _PUBLIC_NAME, signer.public_key.pem)


def load_public_key(home: Home) -> PublicKey:
    """Return the key that bundles of this installation must be signed with.

    Raises
    ------
    KeyMissing, KeyUnreadable
        If it is not there, or no ed25519 key.
    """
    path = home.keys / _PUBLIC_NAME
    try:
        content = path.read_bytes()
        key = serialization.load_pem_public_key(content)
    except FileNotFoundError as error:
        raise KeyMissing(f"needed the public key at {path}, found none; `lifecycle promote` writes it") from error
    except _NO_KEY as error:
        raise KeyUnreadable(f"needed an ed25519 public key in PEM at {path}, found no key; restore it from a backup") from error
    # Compared as a whole: a file cut or changed where PEM allows it is damaged all the same.
    if not isinstance(key, Ed25519PublicKey) or PublicKey(key).pem != content:
        raise KeyUnreadable(f"needed {path} as it was written, found another key or spelling; restore it from a backup")
    return PublicKey(key)


def _refuse_inside(path: Path, home: Home) -> None:
    if path.resolve().is_relative_to(home.root.resolve()):
        raise KeyInsideHome(f"needed the private key outside {home.root}, found {path}; keep it in your own configuration folder")


def _write_private(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    except FileExistsError as error:
        raise KeyExists(
            f"needed no file at {path}, found one; a signing key is never overwritten: move it away yourself"
        ) from error
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
