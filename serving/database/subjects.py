"""Whom is a record about, without saying who: HMAC of the customer's id under a secret of the installation.

The secret is made once and belongs in the backup: without it the audit of the past can no longer be asked about a customer.
Beside it lie the two secrets by which decisions are drawn.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from features.errors import Damaged, Forbidden
from features.home import Home
from features.write_once import sync_folder
from models.decision.draw import Secrets

_LENGTH = 32


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
    return _secret(home, "installation")


def draw_secrets(home: Home) -> Secrets:
    """Return the secrets decisions are drawn by; made and kept as the installation's, raising as it does.

    Another control secret is another control group: then nothing can be compared with what was measured before.
    """
    return Secrets(_secret(home, "control"), _secret(home, "draw"))


def subject(secret: bytes, customer_id: str) -> str:
    """Return the name a customer has in audit and logs: 64 hex digits that only this installation can make.

    >>> subject(bytes(32), "c1") == subject(bytes(32), "c1")
    True
    """
    return hmac.new(secret, b"subject\0" + customer_id.encode(), hashlib.sha256).hexdigest()


def _secret(home: Home, name: str) -> bytes:
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
