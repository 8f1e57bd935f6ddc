"""Who may call what: a scope for keys, roles for people, and nothing that declares neither."""

from __future__ import annotations

import pytest

from serving.door.access import (
    ADMIN,
    ANYBODY,
    DECIDE,
    INGEST,
    MANAGE,
    READ,
    SUPPOSE,
    Access,
    RouteUndeclared,
    access,
    declared_access,
)

ROLES = ("agent", "analyst", "admin")


def roles_of(declared: Access) -> list[str]:
    return [role for role in ROLES if declared.allows_role(role)]


@pytest.mark.parametrize(
    ("declared", "scope", "roles"),
    [
        (READ, "read", ["agent", "analyst", "admin"]),
        (DECIDE, "decide", ["agent", "admin"]),
        (SUPPOSE, "read", ["analyst", "admin"]),
        (MANAGE, "read", ["analyst", "admin"]),
        (INGEST, "ingest", ["admin"]),
        (ADMIN, "admin", ["admin"]),
        (ANYBODY, None, ["agent", "analyst", "admin"]),
    ],
)
def test_each_kind_of_access_is_for_its_scope_and_its_roles(declared: Access, scope: str | None, roles: list[str]) -> None:
    assert declared.scope == scope
    assert roles_of(declared) == roles


@pytest.mark.parametrize("declared", [READ, DECIDE, INGEST, ADMIN])
def test_a_key_opens_what_its_scope_says_and_that_of_an_admin_everything(declared: Access) -> None:
    others = {"read", "decide", "ingest"} - {declared.scope}

    assert declared.allows({declared.scope, *others})
    assert declared.allows({"admin"})
    assert not declared.allows(others)
    assert not declared.allows(set())


def test_what_is_for_anybody_asks_no_key() -> None:
    assert ANYBODY.allows(set())


def test_a_handler_is_served_as_it_declares() -> None:
    @access(DECIDE)
    async def decide() -> None: ...

    assert declared_access(decide) is DECIDE


def test_a_handler_that_declares_nothing_is_named_and_not_served() -> None:
    async def forgotten() -> None: ...

    with pytest.raises(RouteUndeclared, match="forgotten"):
        declared_access(forgotten)
