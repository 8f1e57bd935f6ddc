"""WHICH CALLS EXIST: one row each, from which routing, access and the OpenAPI document follow."""

from __future__ import annotations

from collections.abc import Mapping

from serving.api.calls.asking import ASKING
from serving.api.calls.deciding import DECIDING
from serving.api.calls.declared import DeclaredCall
from serving.api.calls.documents import DOCUMENTS
from serving.api.calls.lists import LISTS
from serving.api.calls.privacy import PRIVACY
from serving.api.calls.records import RECORDS
from serving.api.calls.scenarios import SCENARIOS
from serving.api.calls.service import SERVICE
from serving.api.calls.telling import TELLING

GROUPS: Mapping[str, tuple[DeclaredCall, ...]] = {
    "Customers": ASKING,
    "Service": SERVICE,
    "Documents": DOCUMENTS,
    "Lists and batches": LISTS,
    "What if": SCENARIOS,
    "Decisions": DECIDING,
    "Events and notices": TELLING,
    "Models and reports": RECORDS,
    "Privacy": PRIVACY,
}
"""The calls by the heading under which the document shows them, in its order."""

CALLS: tuple[DeclaredCall, ...] = tuple(call for calls in GROUPS.values() for call in calls)

__all__ = ["CALLS", "GROUPS", "DeclaredCall"]
