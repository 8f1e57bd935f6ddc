"""WHICH CALLS EXIST: one row each, from which routing, access and the OpenAPI document follow."""

from __future__ import annotations

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

CALLS: tuple[DeclaredCall, ...] = (
    *ASKING,  # first, since routes are tried in this order and these are asked most
    *SERVICE,
    *DOCUMENTS,
    *LISTS,
    *SCENARIOS,
    *DECIDING,
    *TELLING,
    *RECORDS,
    *PRIVACY,
)

__all__ = ["CALLS", "DeclaredCall"]
