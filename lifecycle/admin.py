"""Who opens a gate that did not pass? An admin, proved by an API key of that scope in `LIFECYCLE_ADMIN_KEY`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from features.errors import Forbidden
from lifecycle.database import open_operational

if TYPE_CHECKING:
    from features.times import Timestamp
    from lifecycle.settings import Settings


class NotAnAdmin(Forbidden):
    """The key in `LIFECYCLE_ADMIN_KEY` is none in force, or not one of an admin."""


def admin_of(settings: Settings, *, now: Timestamp) -> str | None:
    """Return the id of the admin's key that is presented; None where none is.

    Raises
    ------
    NotAnAdmin
        If the key is none in force, or has not the scope `admin`.
    """
    if settings.admin_key is None:
        return None
    from serving.database.keys import KeyRejected, authenticate

    try:
        with open_operational(settings) as engine:
            caller = authenticate(engine, settings.admin_key.get_secret_value(), now)
    except KeyRejected as error:
        raise NotAnAdmin(f"LIFECYCLE_ADMIN_KEY: {error}") from error
    if "admin" not in caller.scopes:
        found = f"key {caller.key_id} with {' '.join(sorted(caller.scopes))}"
        raise NotAnAdmin(f"needed a key of scope admin in LIFECYCLE_ADMIN_KEY, found {found}")
    return caller.key_id
