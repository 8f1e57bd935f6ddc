"""The calls that ask what would be predicted if something were different."""

from __future__ import annotations

from serving.api import what_if
from serving.api.calls.declared import BODY, QUESTION, DeclaredCall
from serving.what_if.schemas import WhatIfSchema

SCENARIOS: tuple[DeclaredCall, ...] = (
    DeclaredCall("POST", what_if.WHAT_IF, what_if.create_what_if, "createWhatIf", WhatIfSchema, (*QUESTION, *BODY, 404, 410)),
)
