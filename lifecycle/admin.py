"""Who opens a gate that did not pass? An admin, proved by an API key of that scope in `LIFECYCLE_ADMIN_KEY`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from features.errors import Forbidden
from lifecycle.database import open_operational

if TYPE_CHECKING:
    from features.times import Timestamp
    from lifecycle.settings import Settings


class NotAnAdmin(Forbidden):
    """The key in `LIFECYCLE_ADMIN_KEY` is right, and is not one of an admin."""


def admin_of(settings: Settings, *, now: Timestamp) -> str | None:
    """Return the id of the admin's key that is presented; None where none is.

    Raises
    ------
    KeyRejected
        If the key proves nothing.
    NotAnAdmin
        If it has not the scope `admin`.
    """
    if settings.admin_key is None:
        return None
    from serving.database.keys import authenticate

    with open_operational(settings) as engine:
        caller = authenticate(engine, settings.admin_key.get_secret_value(), now)
    if "admin" not in caller.scopes:
        found = f"key {caller.key_id} with {' '.join(sorted(caller.scopes))}"
        raise NotAnAdmin(f"needed a key of scope admin in LIFECYCLE_ADMIN_KEY, found {found}")
    return caller.key_id
