"""The calls about many customers, or about all that happened to one: lists, timeline, export, batches."""

from __future__ import annotations

from serving.api.calls.declared import DeclaredCall

LISTS: tuple[DeclaredCall, ...] = ()
