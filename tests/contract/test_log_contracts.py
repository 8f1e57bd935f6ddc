"""Every source keeps the same promises: one declaration, and everything that follows from it agrees."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pydantic
import pytest

from features.contracts.checks import check_delivery
from features.contracts.contract_page import with_contracts
from features.contracts.rows import row_type
from features.contracts.schemas import delivered_schema, stored_schema
from features.contracts.sources import SOURCES, Column, Kind, Source
from features.times import DAY, format_time, parse_time

PAGE = Path(__file__).parents[2] / "docs" / "event-log.md"
MOMENT = parse_time("2026-01-01")
EVERY = pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))


def value(column: Column) -> Any:
    if column.choices:
        return column.choices[0]
    return {Kind.TEXT: "x", Kind.TEXTS: ["email"], Kind.NUMBER: column.maximum or 1.0, Kind.FLAG: True, Kind.TIME: MOMENT}[
        column.kind
    ]


def full_row(source: Source) -> dict[str, Any]:
    return {column.name: value(column) for column in source.delivered}


def as_json(source: Source, row: dict[str, Any]) -> dict[str, Any]:
    times = {column.name for column in source.delivered if column.kind is Kind.TIME}
    return {name: format_time(found) if name in times and found is not None else found for name, found in row.items()}


def reasons(source: Source, row: dict[str, Any]) -> dict[str, int]:
    table = pa.Table.from_pylist([row], schema=delivered_schema(source))
    return check_delivery(source, table, known_at="given", received_at=MOMENT).reasons


def accepts(source: Source, row: dict[str, Any]) -> bool:
    try:
        row_type(source).model_validate_json(pydantic.TypeAdapter(dict[str, Any]).dump_json(as_json(source, row)))
    except pydantic.ValidationError:
        return False
    return True


@EVERY
def test_a_full_row_passes_by_file_and_by_http(source: Source) -> None:
    assert reasons(source, full_row(source)) == {}
    assert accepts(source, full_row(source))


@EVERY
def test_only_required_columns_are_needed(source: Source) -> None:
    bare = {column.name: value(column) for column in source.delivered if column.required}

    assert reasons(source, bare) == {}
    assert accepts(source, bare)


@EVERY
def test_a_required_column_may_not_be_absent(source: Source) -> None:
    for column in source.delivered:
        row = full_row(source) | {column.name: None}

        assert (f"{column.name}: absent" in reasons(source, row)) == column.required
        assert accepts(source, row) == (not column.required or column.name == "known_at")


@EVERY
def test_an_impossible_value_fails_by_file_and_by_http(source: Source) -> None:
    wrong = {Kind.TEXT: "a\nb", Kind.TEXTS: [""], Kind.NUMBER: 1e300, Kind.TIME: -DAY}
    for column in source.delivered:
        if column.kind in wrong:
            row = full_row(source) | {column.name: wrong[column.kind]}

            assert [reason.split(":")[0] for reason in reasons(source, row)][:1] == [column.name]
            assert not accepts(source, row)


@EVERY
def test_http_takes_no_unknown_field_and_no_naive_time(source: Source) -> None:
    naive = as_json(source, full_row(source)) | {source.time: "2026-01-01T00:00:00"}

    assert not accepts(source, full_row(source) | {"unknown": 1})
    with pytest.raises(pydantic.ValidationError, match="timezone"):
        row_type(source).model_validate(naive, strict=False)


@EVERY
def test_the_log_adds_only_when_a_version_was_superseded(source: Source) -> None:
    assert stored_schema(source).names == [*(column.name for column in source.delivered), "superseded_at"]


def test_the_page_of_the_contracts_is_current() -> None:
    page = PAGE.read_text("utf-8")

    assert with_contracts(page) == page, "run `python -m features.contracts.contract_page`"


@pytest.mark.parametrize("text", ["NaN", "None", "null", "NaT", "<NA>"])
@EVERY
def test_the_text_of_a_missing_value_is_no_id(source: Source, text: str) -> None:
    row = full_row(source) | {source.key: text}

    assert any("the text of a missing value" in reason or "not of the form" in reason for reason in reasons(source, row))
    assert not accepts(source, row)
