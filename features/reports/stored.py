"""How is a report kept: as JSON that programs of the same version read back, and people can read as well."""

from __future__ import annotations

from typing import ClassVar, Self

import msgspec

from features.errors import Damaged


class ReportUnreadable(Damaged):
    """A stored report is not what this version writes."""


class StoredReport:
    """What reports have in common. `KIND` is what one of them is called, `MADE_AGAIN` how to come by another."""

    KIND: ClassVar[str]
    MADE_AGAIN: ClassVar[str]

    def to_json(self) -> bytes:
        """Return the report as JSON, indented for people."""
        return msgspec.json.format(msgspec.json.encode(self, order="sorted"), indent=2)

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Read what `to_json` wrote.

        Raises
        ------
        ReportUnreadable
            Naming the field that is missing or of another type.
        """
        try:
            return msgspec.json.decode(text, type=cls)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ReportUnreadable(f"needed {cls.KIND}, found something else: {error}; {cls.MADE_AGAIN}") from error
