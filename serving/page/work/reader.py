"""What every part of the work list is made from: the live state, how things are said, and the moment now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from features.times import Timestamp
from serving.live.state import LiveState
from serving.names.shelf import KnownNames
from serving.page.frame.names import said
from serving.page.frame.wording import Wording

PATH = "/page/"


@dataclass(frozen=True)
class Reading:
    """Who reads what: the state in service, the names that are known (None: none are), the language, the moment now."""

    state: LiveState
    names: KnownNames | None
    say: Wording
    now: Timestamp

    @property
    def text(self) -> Callable[..., str]:
        """Return what says a marked text."""
        return self.say.text

    def word(self, name: str) -> str:
        """Return a name of the company file as people read it: translated where it is one that we know."""
        return said(name, self.say)


def address(**asked: Any) -> str:
    """Return the address of the work list that asks just this; what is empty is left out.

    >>> address(stage="growth", band=""), address()
    ('/page/?stage=growth', '/page/')
    """
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{PATH}?{query}" if query else PATH
