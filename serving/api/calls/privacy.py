"""The calls about what is kept of a person, and its erasure."""

from __future__ import annotations

from serving import privacy_schemas
from serving.api import erasures
from serving.api.calls.declared import QUESTION, DeclaredCall

PRIVACY: tuple[DeclaredCall, ...] = (
    DeclaredCall(
        "DELETE",
        erasures.CUSTOMER,
        erasures.erase_customer,
        "eraseCustomer",
        privacy_schemas.ErasureSchema,
        (*QUESTION, 404),
        status=202,
    ),
    DeclaredCall("GET", erasures.ERASURE, erasures.get_erasure, "getErasure", privacy_schemas.ErasureSchema, (*QUESTION, 404)),
)
