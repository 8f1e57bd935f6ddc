"""The calls that ask what would be predicted if something were different."""

from __future__ import annotations

from serving.api.calls.declared import DeclaredCall

SCENARIOS: tuple[DeclaredCall, ...] = ()
