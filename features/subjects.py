"""Whom is a record about, without saying who: HMAC of the customer's id under a secret of the installation.

The secret is made once and belongs in the backup: without it the audit of the past can no longer be asked about a customer, and
nobody can tell any more who was erased. Beside it lie other secrets, each by a name of its own.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from features.errors import Damaged, Forbidden
from features.home import Home
from features.write_once import sync_folder

_LENGTH = 32
_HMAC_BLOCK = 64


class SecretDamaged(Damaged):
    """The file of a secret does not hold one."""


class SecretExposed(Forbidden):
    """Others than its owner may read a secret."""


def installation_secret(home: Home) -> bytes:
    """Return the secret of this installation, 32 bytes; the first call ever makes it, readable by its owner only.

    Raises
    ------
    SecretDamaged
        If the file does not hold 32 bytes.
    SecretExposed
        If every user of the machine may read the file.
    """
    return kept_secret(home, "installation")


def subject(secret: bytes, customer_id: str) -> str:
    """Return the name a customer has in audit and logs: 64 hex digits that only this installation can make.

    >>> subject(bytes(32), "c1") == subject(bytes(32), "c1")
    True
    """
    return subject_names(secret)(customer_id)


def subject_names(secret: bytes) -> Callable[[str], str]:
    """Return what `subject` does for one secret, for who names many: the secret is hashed once (RFC 2104), not for each."""
    padded = secret.ljust(_HMAC_BLOCK, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + b"subject\0")
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def name(customer_id: str) -> str:
        within, around = inner.copy(), outer.copy()
        within.update(customer_id.encode())
        around.update(within.digest())
        return around.hexdigest()

    return name


def kept_secret(home: Home, name: str) -> bytes:
    """Return the secret of that name, made by the first who asks; raises as `installation_secret` does."""
    path = home.keys / f"{name}.secret"
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o007:
        raise SecretExposed(f"needed {path} to be readable by its owner only; everybody may read it: run chmod 600 on it")
    secret = path.read_bytes()
    if len(secret) != _LENGTH:
        raise SecretDamaged(f"needed {_LENGTH} bytes in {path}; found {len(secret)}: restore the file from the backup")
    return secret


def _make(path: Path) -> None:
    """Make the file whole or not at all; of two processes that start at once the first one's secret stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".tmp-{secrets.token_hex(8)}")
    handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_LENGTH))
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)  # unlike a rename, this never replaces what stands
    except FileExistsError:
        pass
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
