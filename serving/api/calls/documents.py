"""The calls that describe the service, to people and to CRM importers."""

from __future__ import annotations

from serving.api.calls.declared import DeclaredCall

DOCUMENTS: tuple[DeclaredCall, ...] = ()
