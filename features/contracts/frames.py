"""By which pandera schema is a delivery checked: made from a source's declaration, one named check for each thing to go wrong."""

from __future__ import annotations

import re
import warnings
from functools import cache
from typing import Any

import pandas as pd

from features.contracts.schemas import CONTROL, CUSTOMER_ID, EARLIEST, GREATEST_NUMBER, LATEST, LONGEST_LIST, LONGEST_TEXT, NO_ID
from features.contracts.sources import Column, Kind, Source
from features.times import to_datetime

with warnings.catch_warnings():
    # where Spark is installed, pandera looks for Spark's own pandas, which warns of pandas 3; no table of ours goes there
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)
    import pandera.pandas as pandera

    pandera.DataFrameSchema.register_default_backends(pd.DataFrame)

SchemaErrors = pandera.errors.SchemaErrors

_FIRST, _LAST = pd.Timestamp(to_datetime(EARLIEST)), pd.Timestamp(to_datetime(LATEST))
_PANDAS = {Kind.TEXT: "str", Kind.NUMBER: "float64", Kind.TIME: "datetime64[us, UTC]"}

_NO_MISSING_ID = pandera.Check(lambda s: ~s.str.fullmatch(NO_ID), name="the text of a missing value, not an id")


@cache
def dataframe_schema(source: Source) -> pandera.DataFrameSchema:
    """Return the pandera schema of a source; validate with `lazy=True` to hear of every broken row at once.

    The name of each check is the reason a broken row goes to quarantine with.

    Examples
    --------
    >>> from features.contracts.sources import SURVEYS
    >>> [check.name for check in dataframe_schema(SURVEYS).columns["score"].checks]
    ['not a finite number up to 1e+15', 'below 0', 'above 10']
    """
    columns = {column.name: _pandera_column(column) for column in source.delivered}
    return pandera.DataFrameSchema(columns, strict=True, name=source.name)


def _pandera_column(column: Column) -> pandera.Column:
    checks = {Kind.TEXT: _text_checks, Kind.TEXTS: _texts_checks, Kind.NUMBER: _number_checks, Kind.TIME: _time_checks}
    found = checks[column.kind](column) if column.kind in checks else []
    return pandera.Column(_PANDAS.get(column.kind), found, nullable=not column.required)


def _text_checks(column: Column) -> list[pandera.Check]:
    if column.name == "customer_id":
        return [pandera.Check(lambda s: s.str.fullmatch(CUSTOMER_ID), name=f"not of the form {CUSTOMER_ID}"), _NO_MISSING_ID]
    checks = [_NO_MISSING_ID] if column.name.endswith("_id") else []
    checks += [
        pandera.Check(lambda s: s.str.len().between(1, LONGEST_TEXT), name=f"empty or longer than {LONGEST_TEXT} characters"),
        pandera.Check(lambda s: ~s.str.contains(CONTROL), name="holds control characters"),
    ]
    if column.choices:
        checks.append(pandera.Check(lambda s: s.isin(column.choices), name=f"not one of {', '.join(column.choices)}"))
    return checks


def _texts_checks(_: Column) -> list[pandera.Check]:
    return [pandera.Check(_proper_texts, element_wise=True, name="not a list of plain texts")]


def _number_checks(column: Column) -> list[pandera.Check]:
    low, high = column.minimum, column.maximum
    checks = [pandera.Check(lambda s: s.abs() <= GREATEST_NUMBER, name=f"not a finite number up to {GREATEST_NUMBER:g}")]
    if low is not None:
        checks.append(pandera.Check(lambda s: s >= low, name=f"below {low:g}"))
    if high is not None:
        checks.append(pandera.Check(lambda s: s <= high, name=f"above {high:g}"))
    return checks


def _time_checks(_: Column) -> list[pandera.Check]:
    return [pandera.Check(lambda s: (s >= _FIRST) & (s < _LAST), name=f"not between {_FIRST.year} and {_LAST.year}")]


def _proper_texts(texts: Any) -> bool:
    proper = all(text is not None and 1 <= len(text) <= LONGEST_TEXT and not re.search(CONTROL, text) for text in texts)
    return proper and len(texts) <= LONGEST_LIST
