"""The calls about what is kept of a person, and its erasure."""

from __future__ import annotations

from serving.api import erasures
from serving.api.calls.declared import QUESTION, DeclaredCall
from serving.privacy import schemas

PRIVACY: tuple[DeclaredCall, ...] = (
    DeclaredCall(
        "DELETE",
        erasures.CUSTOMER,
        erasures.erase_customer,
        "eraseCustomer",
        schemas.ErasureSchema,
        (*QUESTION, 404),
        status=202,
    ),
    DeclaredCall("GET", erasures.ERASURE, erasures.get_erasure, "getErasure", schemas.ErasureSchema, (*QUESTION, 404)),
)
