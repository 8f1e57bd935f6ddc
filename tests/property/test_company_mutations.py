"""However a company file is spoilt, the answer is a company or a list of faults with their lines: never another error."""

from __future__ import annotations

import copy
import datetime as dt
import tomllib
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from features.company import CompanyInvalid, default_company_text, read_company
from features.company.checks import document_faults
from features.document.faults import PlacedFault
from features.document.lines import KeyPath

TEXT = default_company_text("default")
LINES = TEXT.splitlines(keepends=True)
DOCUMENT = tomllib.loads(TEXT)
JUNK = st.one_of(
    st.none() | st.booleans() | st.integers() | st.floats() | st.just(1 << 20_000),
    st.text(max_size=8) | st.sampled_from(["*", "@", "a.b", "TRUE", "nothing", "growth", "retention"]),
    st.sampled_from([dt.date(2026, 1, 1), dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.time(1, 2)]),
    st.lists(st.integers() | st.text(max_size=2), max_size=2),
    st.dictionaries(st.sampled_from(["name", "stages", "*", "", "en"]), st.integers() | st.text(max_size=2), max_size=2),
)


def paths_of(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, item in items:
        yield (*path, part)
        yield from paths_of(item, (*path, part))


PATHS = list(paths_of(DOCUMENT))


def test_the_file_to_be_spoilt_holds() -> None:
    assert _faults(TEXT) is None


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PATHS), JUNK), min_size=1, max_size=4))
def test_no_value_of_another_shape_breaks_the_checks(changes: list[tuple[KeyPath, Any]]) -> None:
    document: Any = copy.deepcopy(DOCUMENT)
    for path, junk in changes:
        _put(document, path, junk)

    for fault in document_faults(document):
        assert fault.needed
        assert fault.found


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(LINES) - 1), st.sampled_from(["drop", "double", "cut", "quote", "digit", "junk"]), st.text(max_size=5))
def test_a_spoilt_line_gives_faults_or_a_company(number: int, how: str, junk: str) -> None:
    line = LINES[number]
    spoilt = {
        "drop": "",
        "double": line + line,
        "cut": line[: len(line) // 2],
        "quote": line.replace('"', ""),
        "digit": line.replace("0", "-7"),
        "junk": line.replace("=", "=" + junk),
    }[how]
    text = "".join([*LINES[:number], spoilt, *LINES[number + 1 :]])

    faults = _faults(text)

    assert faults is None or (faults and all(1 <= fault.line <= text.count("\n") + 1 for fault in faults))


def _faults(text: str) -> tuple[PlacedFault, ...] | None:
    """Give the faults of the text; None if it holds."""
    try:
        read_company(text)
    except CompanyInvalid as error:
        return error.faults
    return None


def _put(document: Any, path: KeyPath, junk: Any) -> None:
    *parents, last = path
    try:
        for part in parents:
            document = document[part]
        document[last] = junk
    except (KeyError, IndexError, TypeError):
        return  # an earlier change took the place away
