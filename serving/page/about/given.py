"""What an answer leaves out, as Python says it: None."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec import UnsetType

_Part = TypeVar("_Part")
_Shown = TypeVar("_Shown")


def given(part: _Part | UnsetType) -> _Part | None:
    """Return a member of an answer; None where it is absent."""
    return None if isinstance(part, UnsetType) else part


def told(part: _Part | UnsetType, tell: Callable[[_Part], _Shown]) -> _Shown | None:
    """Return what is told of a part; None where it is absent."""
    return None if isinstance(part, UnsetType) else tell(part)
