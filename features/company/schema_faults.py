"""How does the schema's complaint read to the writer of the file: needed and found, with the nearest known key or word."""

from __future__ import annotations

import typing
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from features.company.schema import CompanyTerms
from features.company.terms import PATTERN_MEANINGS
from features.document.faults import Fault, nearest, shown
from features.document.lines import KeyPath

_NEEDED: Mapping[str, str] = {
    "string_type": "text in quotes",
    "string_too_short": "a text that is not empty",
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "date_type": "a date without quotes, like 2026-03-01",
    "tuple_type": "a list in [ ]",
    "dict_type": "a table",
    "model_type": "a table",
    "missing": "a value, since this key has no default",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "less_than": "less than {lt:g}",
    "less_than_equal": "at most {le:g}",
    "string_too_long": "at most {max_length} characters",
    "too_short": "at least {min_length} items",
    "literal_error": "one of {expected}",
    "fault": "{needed}",
}


def schema_faults(errors: Collection[ErrorDetails]) -> Iterator[Fault]:
    """Give a fault for each complaint of the schema; complaints that only follow from others are left out."""
    for error in errors:
        if error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]:
            continue  # the list is long enough, its items are at fault and named
        path = tuple(part for part in error["loc"] if part != "[key]")
        if error["type"] == "extra_forbidden":
            yield Fault(path, "a known key", nearest(str(path[-1]), _keys(path[:-1])))
        else:
            yield Fault(path, _needed(error), _found(error))


def _needed(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    if error["type"] == "string_pattern_mismatch":
        return PATTERN_MEANINGS[context["pattern"]]
    needed = _NEEDED.get(error["type"])
    return needed.format(**context) if needed else error["msg"]


def _found(error: ErrorDetails) -> str:
    match error["type"]:
        case "fault":
            return str(error["ctx"]["found"])
        case "missing":
            return "none"
        case "too_short":
            return str(len(error["input"]))
        case "literal_error" if isinstance(error["input"], str):
            return nearest(error["input"], error["ctx"]["expected"].replace(" or ", ", ").replace("'", "").split(", "))
    return shown(error["input"])


def _keys(path: KeyPath) -> Collection[str]:
    """Return the keys the table at the path may have."""
    table: type[BaseModel] = CompanyTerms
    for part in path:
        if isinstance(part, str) and part in table.model_fields:
            table = next(_tables(table.model_fields[part].annotation), table)
    return table.model_fields


def _tables(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from _tables(inner)
