"""Who reads a page, and when: what every part that tells of times needs to know."""

from __future__ import annotations

from dataclasses import dataclass

from features.times import Timestamp
from serving.page.frame.wording import Wording


@dataclass(frozen=True)
class Reader:
    """How things are said to whoever reads, and the moment they do."""

    say: Wording
    now: Timestamp
