"""Wherever a value stands in a TOML text, the line of its key is known."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from features.document.lines import KeyPath, line_index

BARE_KEYS = st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True)
QUOTED_KEYS = st.sampled_from(['"a.b"', "'[x]'", '"=#"', '"\\"q\\\\"', "'k]'", '"\\u00e9"', '""'])
ONE_LINE = ["1", "-2.5e3", "true", "1979-05-27 07:32:00", "2026-03-01", '"# no comment"', "'[a]'", '"\\"]\\\\"', "''", '""']
MANY_LINES = ['"""\nline\n\\" [x]\n"""', "'''\n[[t]]\nk = 1'''", '"""a\\\n   b"""', '""""q"""""', '""""""', "''''''"]
SCALARS = st.sampled_from([*ONE_LINE, *MANY_LINES])
BLANKS = st.sampled_from(["", "\n", "# [no.table]\n", "  \t\n\n", '# k = 1 "\n\r\n'])


@st.composite
def lists(draw: st.DrawFn, values: st.SearchStrategy[str]) -> str:
    items = draw(st.lists(st.tuples(draw(st.just(BLANKS)), values), max_size=3))
    return "[" + ",".join(f"{blank} {value} " for blank, value in items) + draw(st.sampled_from(["", "\n"])) + "]"


@st.composite
def inline_tables(draw: st.DrawFn, values: st.SearchStrategy[str]) -> str:
    keys = draw(st.lists(BARE_KEYS, unique=True, max_size=3))
    return "{ " + ", ".join(f"{key} = {draw(values)}" for key in keys) + " }"


VALUES = st.recursive(SCALARS, lambda inner: lists(inner) | inline_tables(inner), max_leaves=6)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Tables, tables in lists, dotted keys and comments; every key is new, so that the text is valid."""
    parts = []
    for number in range(draw(st.integers(0, 4))):
        header = draw(
            st.sampled_from(["", "[t{0}]", "[[many]]", "[ t{0} . 'x.y' ]", "[[many]]\n[many.sub]", "[[many]]\n[[many.deep]]"])
        )
        parts.append(draw(BLANKS) + (header.format(number) if parts else ""))
        for key_number in range(draw(st.integers(0, 3))):
            key = draw(st.one_of(BARE_KEYS, QUOTED_KEYS.map(lambda key: f"'k'.{key}")))
            parts.append(f"{draw(BLANKS)}  k{number}_{key_number}.{key} = {draw(VALUES)} {draw(st.sampled_from(['', '# ]']))}")
    return "\n".join(parts)


def paths_of(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    yield path
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, item in items:
        yield from paths_of(item, (*path, part))


@given(documents())
def test_every_path_of_the_document_has_a_line_and_no_other_path_has(text: str) -> None:
    document = tomllib.loads(text)

    assert set(line_index(text)) == set(paths_of(document))


@given(documents(), st.integers(1, 5))
def test_lines_put_before_a_document_move_every_line_by_their_number(text: str, count: int) -> None:
    before, after = line_index(text), line_index("# moved\n" * count + text)

    assert {path: line + count for path, line in before.items() if path} == {path: line for path, line in after.items() if path}


@given(documents())
def test_a_key_of_one_line_stands_on_the_line_that_names_it(text: str) -> None:
    lines = text.splitlines()

    for path, line in line_index(text).items():
        if path and isinstance(path[-1], str) and path[-1].startswith("k") and "_" in path[-1][:4]:
            assert path[-1] in lines[line - 1]


def test_a_list_of_tables_begins_at_its_first_table() -> None:
    text = "[[offers]]\nid = 1\n\n[[offers]]\n# why\nid = 2\n[offers.benefit]\nen = 'x'"

    lines = line_index(text)

    assert (lines["offers",], lines["offers", 0], lines["offers", 1], lines["offers", 1, "id"]) == (1, 1, 4, 6)
    assert lines["offers", 1, "benefit", "en"] == 8
