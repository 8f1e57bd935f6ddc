"""The calls about what is kept of a person, and its erasure."""

from __future__ import annotations

from serving.api.calls.declared import DeclaredCall

PRIVACY: tuple[DeclaredCall, ...] = ()
