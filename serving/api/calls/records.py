"""The calls about stages, models and reports: how they do, and what was live when."""

from __future__ import annotations

from serving.api.calls.declared import DeclaredCall

RECORDS: tuple[DeclaredCall, ...] = ()
