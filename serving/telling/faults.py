"""What is wrong with a row: a type for programs, a JSON Pointer into the row, and what was needed, for people."""

from __future__ import annotations

import msgspec
from pydantic import ValidationError

MOST_FAULTS = 10
"""So many are named a row."""

_TYPES = {
    "missing": "missing",
    "extra_forbidden": "unknown_member",
    "literal_error": "not_one_of",
    "string_pattern_mismatch": "wrong_form",
    "datetime_parsing": "wrong_form",
    "datetime_from_date_parsing": "wrong_form",
    "string_too_short": "wrong_form",
    "string_too_long": "wrong_form",
    "value_error": "impossible",
    "greater_than_equal": "impossible",
    "less_than_equal": "impossible",
    "finite_number": "impossible",
    "too_long": "impossible",
    "timezone_aware": "no_zone",
    "json_invalid": "not_json",
}
_OTHERWISE = "wrong_type"
_UNKNOWN = "extra_forbidden"  # of pydantic's kinds of fault
TYPES = (*dict.fromkeys((*_TYPES.values(), _OTHERWISE, "known_later", "unknown_source", "erased")),)


class RowFault(msgspec.Struct, frozen=True):
    """One thing wrong in a row."""

    type: str
    pointer: str
    detail: str


ERASED = RowFault("erased", "/customer_id", "This person was erased; nothing about them is taken any more.")


def row_faults(error: ValidationError) -> tuple[RowFault, ...]:
    """Return what pydantic found, without the input; the name of a member we do not know is the caller's text, so it goes too."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return tuple(_fault(item["loc"], item["type"], item["msg"]) for item in found[:MOST_FAULTS])


def _fault(place: tuple[int | str, ...], kind: str, text: str) -> RowFault:
    known = place[:-1] if kind == _UNKNOWN else place
    return RowFault(_TYPES.get(kind, _OTHERWISE), "".join(f"/{part}" for part in known), text.removeprefix("Value error, "))
