"""What was done in one store of files: how much was searched, what was written anew, and what took the place of what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cleared:
    """One store after a search for people.

    `searched` counts files, `changed` those that held a trace and were written anew or removed, `rows` what left them.
    `renamed` gives what took the place of what, by digests, where content is named by them.
    """

    store: str
    searched: int
    changed: int = 0
    rows: int = 0
    renamed: Mapping[str, str] = field(default_factory=dict)

    def __add__(self, other: Cleared) -> Cleared:
        return Cleared(
            self.store,
            max(self.searched, other.searched),  # the same store, searched once more
            self.changed + other.changed,
            self.rows + other.rows,
            {**self.renamed, **other.renamed},
        )
