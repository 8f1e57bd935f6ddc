"""The calls by which others tell us, and ask to be told: events, alerts, webhooks."""

from __future__ import annotations

from serving.api.calls.declared import DeclaredCall

TELLING: tuple[DeclaredCall, ...] = ()
