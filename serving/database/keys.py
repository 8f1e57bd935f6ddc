"""Who may ask: API keys, shown once, stored as a hash, rotated without a gap and revoked at once.

A key reads `lck_<key id>_<secret>`: 48 random bits that name it and 256 that prove it. Only the SHA-256 of the whole text is
stored; a random secret of that length needs no slow hash. Rotating keeps the key's id, so audit and idempotency go on.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

from sqlalchemy import Connection, Engine, Row, func, or_, select, update

from features.errors import Conflict, Forbidden, InvalidInput, NotFound
from features.times import DAY, Timestamp, format_time
from serving.database.tables import api_key_secrets, api_keys
from serving.database.transactions import reading, writing

Scope: TypeAlias = Literal["read", "decide", "ingest", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

_FORM = re.compile(r"lck_([0-9a-f]{12})_[0-9a-f]{64}")
_NAME_LENGTH = 100
_MOST_PER_MINUTE = 1_000_000_000


class KeyRejected(Forbidden):
    """The presented key proves nothing: malformed, unknown, or with a wrong secret. Which of them is not said."""

    status = 401
    problem = "unauthenticated"


class KeyRevoked(KeyRejected):
    """The presented key was right, and has been revoked."""


class KeyExpired(KeyRejected):
    """The presented key was right, and its time is over."""


class UnknownKey(NotFound):
    """No key has this id."""


class KeyEnded(Conflict):
    """The key was revoked, so it cannot be rotated."""


class KeyInvalid(InvalidInput):
    """What a key should be is not possible: its name, its scopes, its overlap or its limit."""


@dataclass(frozen=True)
class CreatedKey:
    """A key at the only moment its secret is known. `secret` is the whole text a caller presents."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Caller:
    """Who presented a key. `valid_until` is when that secret ends if nobody revokes it; None for never.

    `requests_per_minute` is the key's own limit; None where that of the installation holds.
    """

    key_id: str
    name: str
    scopes: frozenset[str]
    secret_id: str
    valid_until: Timestamp | None
    requests_per_minute: int | None = None


@dataclass(frozen=True)
class ListedKey:
    """One key as its administrator sees it; `last_used_at` lags by a minute at most."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: Timestamp
    expires_at: Timestamp | None
    revoked_at: Timestamp | None
    last_used_at: Timestamp | None
    secrets: int
    requests_per_minute: int | None = None


def create_key(engine: Engine, *, name: str, scopes: Collection[str], created_at: Timestamp) -> CreatedKey:
    """Make a key with the given scopes; what is returned is the only copy of its secret.

    Raises
    ------
    KeyInvalid
        If the name is empty or too long, or a scope does not exist.
    """
    _check(name, scopes)
    key_id = secrets.token_hex(6)
    with writing(engine) as connection:
        connection.execute(
            api_keys.insert().values(id=key_id, name=name.strip(), scopes=" ".join(sorted(set(scopes))), created_at=created_at)
        )
        return _new_secret(connection, key_id, created_at)


def authenticate(engine: Engine, presented: str, now: Timestamp) -> Caller:
    """Say whose key this is. The message of a refusal never holds the key.

    Raises
    ------
    KeyRejected
        If the key is malformed or unknown, or its secret is wrong.
    KeyRevoked, KeyExpired
        If the key was right once; only who knows the secret is told.
    """
    form = _FORM.fullmatch(presented)
    rows = _secrets_of(engine, form.group(1)) if form else []
    digest = _digest(presented)
    found = [row for row in rows if hmac.compare_digest(digest, row.digest)]
    if not found:
        raise KeyRejected("needed a valid API key, `lck_...`; the key presented is not one of ours")
    return _caller(found[0], now)


def list_keys(engine: Engine) -> list[ListedKey]:
    """Return every key, the oldest first, revoked ones too. No secret or hash is among it."""
    joined = api_keys.join(api_key_secrets, api_key_secrets.c.key_id == api_keys.c.id)
    used, held = func.max(api_key_secrets.c.last_used_at), func.count()
    query = select(api_keys, used.label("last_used_at"), held.label("secrets")).select_from(joined).group_by(api_keys.c.id)
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(api_keys.c.created_at, api_keys.c.id)).all()
    return [_listed(row) for row in rows]


def rotate_key(engine: Engine, key_id: str, *, now: Timestamp, overlap: Timestamp = DAY) -> CreatedKey:
    """Give a key a new secret; the one before it keeps working for `overlap` microseconds, so nobody is locked out.

    Raises
    ------
    UnknownKey, KeyEnded
        If no key has this id, or it was revoked.
    KeyInvalid
        If the overlap is negative.
    """
    if overlap < 0:
        raise KeyInvalid(f"needed an overlap of 0 or more; found {overlap} microseconds")
    held = api_key_secrets.c
    with writing(engine) as connection:
        if (row := _key(connection, key_id)).revoked_at is not None:
            raise KeyEnded(f"needed a key in force; {key_id} was revoked at {format_time(row.revoked_at)}: create a new one")
        lasting = or_(held.valid_until.is_(None), held.valid_until > now + overlap)
        connection.execute(update(api_key_secrets).where(held.key_id == key_id, lasting).values(valid_until=now + overlap))
        return _new_secret(connection, key_id, now)


def set_expiry(engine: Engine, key_id: str, *, expires_at: Timestamp | None) -> None:
    """Set when a key ends whatever its secrets, or, with None, that it does not; rotating does not move it.

    Running services heed it within five seconds.

    Raises
    ------
    UnknownKey
        If no key has this id.
    """
    with writing(engine) as connection:
        _key(connection, key_id)
        connection.execute(update(api_keys).where(api_keys.c.id == key_id).values(expires_at=expires_at))


def limit_requests(engine: Engine, key_id: str, *, requests_per_minute: int | None) -> None:
    """Set how many requests a minute a key may make, in all processes together; None: as many as the installation allows.

    Running services heed it within five seconds.

    Raises
    ------
    UnknownKey
        If no key has this id.
    KeyInvalid
        If the limit is below one request a minute.
    """
    if requests_per_minute is not None and not 1 <= requests_per_minute <= _MOST_PER_MINUTE:
        raise KeyInvalid(f"needed 1 to {_MOST_PER_MINUTE} requests a minute, or no limit of its own; found {requests_per_minute}")
    with writing(engine) as connection:
        _key(connection, key_id)
        connection.execute(update(api_keys).where(api_keys.c.id == key_id).values(requests_per_minute=requests_per_minute))


def revoke_key(engine: Engine, key_id: str, *, now: Timestamp) -> None:
    """End a key for good, with all its secrets. Revoking it again changes nothing.

    Raises
    ------
    UnknownKey
        If no key has this id.
    """
    with writing(engine) as connection:
        _key(connection, key_id)
        standing = (api_keys.c.id == key_id) & api_keys.c.revoked_at.is_(None)
        connection.execute(update(api_keys).where(standing).values(revoked_at=now))


def _check(name: str, scopes: Collection[str]) -> None:
    if not 0 < len(name.strip()) <= _NAME_LENGTH:
        raise KeyInvalid(f"needed a name of 1 to {_NAME_LENGTH} characters; found {len(name.strip())}")
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise KeyInvalid(f"needed one or more of the scopes {', '.join(SCOPES)}; found {', '.join(unknown) or 'none'}")


def _new_secret(connection: Connection, key_id: str, created_at: Timestamp) -> CreatedKey:
    text = f"lck_{key_id}_{secrets.token_hex(32)}"
    row = {"id": secrets.token_hex(8), "key_id": key_id, "digest": _digest(text), "created_at": created_at}
    connection.execute(api_key_secrets.insert(), row)
    return CreatedKey(key_id, text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _secrets_of(engine: Engine, key_id: str) -> list[Row[Any]]:
    held = api_key_secrets.c
    columns = (held.id.label("secret_id"), held.digest, held.valid_until)
    query = select(api_keys, *columns).join_from(api_keys, api_key_secrets).where(api_keys.c.id == key_id)
    with reading(engine) as connection:
        return list(connection.execute(query).all())


def _caller(row: Row[Any], now: Timestamp) -> Caller:
    if row.revoked_at is not None:
        raise KeyRevoked(f"needed a key in force; {row.id} was revoked at {format_time(row.revoked_at)}: ask for a new one")
    ends = [moment for moment in (row.expires_at, row.valid_until) if moment is not None]
    valid_until = min(ends, default=None)
    if valid_until is not None and now >= valid_until:
        raise KeyExpired(f"needed a key in force; this secret of {row.id} ended at {format_time(valid_until)}: ask for a new one")
    scopes = frozenset(row.scopes.split())
    return Caller(row.id, row.name, scopes, row.secret_id, valid_until, requests_per_minute=row.requests_per_minute)


def _key(connection: Connection, key_id: str) -> Row[Any]:
    row = connection.execute(select(api_keys).where(api_keys.c.id == key_id).with_for_update()).one_or_none()
    if row is None:
        raise UnknownKey(f"needed the id of a key, 12 characters as `lifecycle keys list` shows them; no key is {key_id!r}")
    return row


def _listed(row: Row[Any]) -> ListedKey:
    own = (row.id, row.name, tuple(row.scopes.split()), row.created_at, row.expires_at, row.revoked_at)
    return ListedKey(*own, row.last_used_at, row.secrets, row.requests_per_minute)
