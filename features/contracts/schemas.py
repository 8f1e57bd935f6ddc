"""What types and limits does every source share: the Arrow schema a declaration is stored in, and what no row may exceed."""

from __future__ import annotations

from functools import cache

import pyarrow as pa

from features.contracts.sources import Column, Kind, Source
from features.times import parse_time

CUSTOMER_ID = r"[A-Za-z0-9_.:@-]{1,64}"
LONGEST_TEXT = 2_000
LONGEST_LIST = 100
GREATEST_NUMBER = 1e15
EARLIEST = parse_time("1970-01-01")
LATEST = parse_time("2200-01-01")
CONTROL = r"[\x00-\x1f\x7f]"
NO_ID = r"(?i)nan|nat|none|null|<na>|undefined"
"""What programs write where an id is missing; as an id it would join strangers into one customer."""
TIME = pa.timestamp("us", tz="UTC")

_ARROW = {
    Kind.TEXT: pa.string(),
    Kind.TEXTS: pa.list_(pa.string()),
    Kind.NUMBER: pa.float64(),
    Kind.FLAG: pa.bool_(),
    Kind.TIME: TIME,
}


def arrow_type(column: Column) -> pa.DataType:
    """Return the Arrow type a column is stored in."""
    return _ARROW[column.kind]


@cache
def delivered_schema(source: Source) -> pa.Schema:
    """Return the columns of a checked delivery, in declared order."""
    return pa.schema([(column.name, arrow_type(column)) for column in source.delivered])


@cache
def stored_schema(source: Source) -> pa.Schema:
    """Return the columns of a stored row: what was delivered, and `superseded_at`, which the log computes."""
    return delivered_schema(source).append(pa.field("superseded_at", TIME))
