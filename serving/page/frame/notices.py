"""What is said at the top of a page after something was sent: what happened, as a whole sentence of the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Notice:
    """One message, escaped where it is no HTML of ours. `kind` says how it looks, the text alone says what it means."""

    text: str
    kind: Literal["good", "warn", "bad"] = "warn"
