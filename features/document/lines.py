"""On which line does a key of a TOML text stand: `tomllib` gives the values, this gives their places."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any, TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys and list positions from the top of the document down to a value."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|[^"'=\]])+""")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})' r"|'''.*?'''(?:'{0,2})" r'|"(?:\\.|[^"\\])*"' r"|'[^']*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}\n#]*")


def line_index(text: str) -> Mapping[KeyPath, int]:
    r"""Return the line (from 1) on which each table, key and list item of a valid TOML text begins.

    The text must be one that `tomllib` reads. Every path of the parsed document is there, the empty path (line 1) included.

    >>> line_index("[[offers]]\nid = 'a'\nchannels = [\n  'phone',\n]")[("offers", 0, "channels", 0)]
    4
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


class _Scanner:
    """A walk over the text that notes where each key begins; it trusts the text to be valid."""

    def __init__(self, text: str) -> None:
        self.lines: dict[KeyPath, int] = {(): 1}
        self._text = text
        self._at = 0
        self._line_ends = [found.end() for found in re.finditer("\n", text)]
        self._lengths: dict[KeyPath, int] = {}

    def document(self) -> None:
        table: KeyPath = ()
        while self._skip_blank():
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._pair(table)

    def _skip_blank(self) -> bool:
        """Pass spaces, line ends and comments; say whether anything is left."""
        self._at = self._match(_BLANK).end()
        return self._at < len(self._text)

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise ValueError(f"the text is no valid TOML at character {self._at}")
        return found

    def _header(self) -> KeyPath:
        """Read `[a.b]` or `[[a.b]]`; tables below a list of tables belong to its newest one."""
        start = self._at
        brackets = 2 if self._text.startswith("[[", self._at) else 1
        self._at += brackets
        path: KeyPath = ()
        *parents, last = self._key()
        self._at += brackets
        for part in parents:
            path = self._newest((*path, part))
        path = (*path, last)
        if brackets == 1:
            return self._note(self._newest(path), start)
        self._note(path, start)
        self._lengths[path] = self._lengths.get(path, 0) + 1
        return self._note(self._newest(path), start)

    def _newest(self, path: KeyPath) -> KeyPath:
        return (*path, self._lengths[path] - 1) if path in self._lengths else path

    def _key(self) -> KeyPath:
        """Read a key, dotted or not; tomllib itself says which parts it has."""
        found = self._match(_KEY)
        self._at = found.end()
        inner: Any = tomllib.loads(f"{found[0].strip()}=0")
        parts: list[str] = []
        while isinstance(inner, dict):
            ((part, inner),) = inner.items()
            parts.append(part)
        return tuple(parts)

    def _pair(self, table: KeyPath) -> None:
        start = self._at
        path = (*table, *self._key())
        self._note(path, start)
        self._at += len("=")
        self._value(path)

    def _note(self, path: KeyPath, start: int) -> KeyPath:
        line = bisect_right(self._line_ends, start) + 1
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)
        return path

    def _value(self, path: KeyPath) -> None:
        self._skip_blank()
        opening = self._text[self._at]
        if opening == "[":
            self._items(path)
        elif opening == "{":
            self._inline_table(path)
        else:
            self._at = self._match(_STRING if opening in "\"'" else _SCALAR).end()

    def _items(self, path: KeyPath) -> None:
        self._at += len("[")
        position = 0
        while self._after_comma() != "]":
            self._note((*path, position), self._at)
            self._value((*path, position))
            position += 1
        self._at += len("]")

    def _inline_table(self, path: KeyPath) -> None:
        self._at += len("{")
        while self._after_comma() != "}":
            self._pair(path)
        self._at += len("}")

    def _after_comma(self) -> str:
        """Pass blanks and one comma; return the character that follows."""
        self._skip_blank()
        if self._text[self._at] == ",":
            self._at += 1
            self._skip_blank()
        return self._text[self._at]
