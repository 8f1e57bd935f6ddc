"""Is this the person's password: argon2id, a few at a time, as long for a name nobody has as for one somebody has."""

from __future__ import annotations

import threading
from functools import cache

from pwdlib import PasswordHash

from features.errors import InvalidInput

LEAST_LENGTH = 12
MOST_LENGTH = 256

_AT_ONCE = threading.Semaphore(2)  # each takes tens of megabytes and a core for a good part of a second


class PasswordUnfit(InvalidInput):
    """A password is too short to withstand guessing, or too long to be looked at."""


def password_hash(password: str) -> str:
    """Return what is stored of a password: argon2id with its salt and costs.

    Raises
    ------
    PasswordUnfit
        If it has fewer than 12 or more than 256 characters.
    """
    if not LEAST_LENGTH <= len(password) <= MOST_LENGTH:
        raise PasswordUnfit(f"needed a password of {LEAST_LENGTH} to {MOST_LENGTH} characters, found {len(password)}")
    with _AT_ONCE:
        return _hasher().hash(password)


def is_password(password: str, stored: str | None) -> bool:
    """Whether it is the password that was stored; where none was (`None`) the answer is no, and takes as long.

    >>> stored = password_hash("correct horse battery")
    >>> is_password("correct horse battery", stored), is_password("wrong horse battery", stored), is_password("any", None)
    (True, False, False)
    """
    if len(password) > MOST_LENGTH:
        return False
    with _AT_ONCE:
        return _hasher().verify(password, stored or _of_nobody()) and stored is not None


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _of_nobody() -> str:
    return _hasher().hash("nobody has this password")
