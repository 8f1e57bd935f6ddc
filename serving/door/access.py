"""Who may call what: each route declares the scope of keys and the roles of people; what declares nothing is not served."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar

from features.errors import Refused
from serving.database.keys import Scope

Role: TypeAlias = Literal["agent", "analyst", "admin"]
Handler: TypeAlias = Callable[..., Awaitable[Any]]
_Handler = TypeVar("_Handler", bound=Handler)

_DECLARED = "__lifecycle_access__"


class RouteUndeclared(Refused):
    """A route says nobody and nothing about who may call it, so the service does not start."""


@dataclass(frozen=True)
class Access:
    """Who may call a route. `scope` None means anybody, without a key; a key with scope `admin` may call everything.

    >>> READ.allows({"read"}), READ.allows({"ingest"}), READ.allows({"admin"})
    (True, False, True)
    """

    scope: Scope | None
    roles: frozenset[Role] = frozenset()

    def allows(self, scopes: set[str] | frozenset[str]) -> bool:
        """Whether a key with these scopes may call."""
        return self.scope is None or self.scope in scopes or "admin" in scopes

    def allows_role(self, role: Role) -> bool:
        """Whether a person with this role may call.

        >>> SUPPOSE.allows_role("agent"), SUPPOSE.allows_role("analyst")
        (False, True)
        """
        return role in self.roles


EVERYONE: frozenset[Role] = frozenset({"agent", "analyst", "admin"})
ANYBODY = Access(None, EVERYONE)
READ = Access("read", EVERYONE)
DECIDE = Access("decide", frozenset({"agent", "admin"}))
SUPPOSE = Access("read", frozenset({"analyst", "admin"}))
MANAGE = Access("read", frozenset({"analyst", "admin"}))
INGEST = Access("ingest", frozenset({"admin"}))
ADMIN = Access("admin", frozenset({"admin"}))


def access(declared: Access) -> Callable[[_Handler], _Handler]:
    """Declare on a handler who may call it."""

    def mark(handler: _Handler) -> _Handler:
        setattr(handler, _DECLARED, declared)
        return handler

    return mark


def declared_access(handler: Handler) -> Access:
    """Return what the handler declares.

    Raises
    ------
    RouteUndeclared
        If it declares nothing.
    """
    found = getattr(handler, _DECLARED, None)
    if not isinstance(found, Access):
        name = getattr(handler, "__qualname__", repr(handler))
        raise RouteUndeclared(
            f"needed @access(...) on the handler {name}, found none; declare who may call it (ANYBODY is a choice too)"
        )
    return found
