"""What stands in one field of a CRM: a value as its bulk interface reads it, and in a CSV nothing a spreadsheet would run.

Numbers are rounded and never in exponents. Text that begins with neither a letter nor a digit gets an apostrophe before it. An id
must come back as it is, or it would match nobody; it cannot act, since ids hold neither brackets, quotes, spaces, `=` nor `|`:
without those a spreadsheet knows no call, no link and no command.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TypeAlias

from features.errors import Damaged
from serving.answering.customer_id import is_customer_id
from serving.answering.flat import FlatCustomer
from serving.crm.mapping import COLUMNS, CrmMapping, MappedField

Cell: TypeAlias = str | int | float | bool | None

ID = "customer_id"

_is_moment = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z").fullmatch
_begins_harmless = re.compile(r"[A-Za-z0-9]").match
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class IdNotFit(Damaged):
    """A stored id has a form no id may have; nothing was written for it."""


def cell(row: FlatCustomer, field: MappedField, *, mapping: CrmMapping) -> Cell:
    """Return what stands in the field for this customer; `absent` of the mapping where nothing is known."""
    value = getattr(row, field.column)
    if value is None:
        return mapping.absent
    if field.column == ID:
        return checked_id(row)
    kind = COLUMNS[field.column].kind
    if kind in ("number", "whole"):
        return _number(value, field)
    return bool(value) if kind == "flag" else _text(str(value), mapping)


def checked_id(row: FlatCustomer) -> str:
    """Return the customer's id.

    Raises
    ------
    IdNotFit
        If it is not of the form that ids have, which is what makes it harmless in a CSV.
    """
    if row.customer_id is None or not is_customer_id(row.customer_id):
        raise IdNotFit("needed ids of letters, digits and `_.:@-`, found another; run `lifecycle log verify`")
    return row.customer_id


def as_text(given: Cell) -> str:
    """Return a cell as a CSV or a text-only interface holds it; nothing is an empty text.

    >>> as_text(0.00001234), as_text(12.0), as_text(True), as_text(None)
    ('0.00001234', '12', 'true', '')
    """
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, float):
        return f"{Decimal(repr(given)).normalize():f}"
    return "" if given is None else str(given)


def _number(value: float, field: MappedField) -> int | float:
    step = Decimal(1).scaleb(-field.decimals)
    exact = (Decimal(repr(value)) * Decimal(repr(field.scale))).quantize(step, ROUND_HALF_EVEN)
    return int(exact) if field.decimals == 0 else float(exact) or 0.0  # never -0.0


def _text(value: str, mapping: CrmMapping) -> str:
    if _is_moment(value):
        return value if mapping.moments == "iso" else value[:19].replace("T", " ")
    plain = _CONTROL.sub(" ", value)  # a carriage return within a cell would end the line
    return plain if _begins_harmless(plain) else f"'{plain}"
