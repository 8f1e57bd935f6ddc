"""How does an answer say a moment: in ISO 8601; one that has not come, or is not known, is absent."""

from __future__ import annotations

from functools import lru_cache

from msgspec import UNSET, UnsetType

from features.times import Timestamp, format_time

moment_said = lru_cache(maxsize=4096)(format_time)
"""A moment as answers say it; most are of the same few Mondays, or of the snapshot."""


def moment_or_absent(moment: Timestamp | None) -> str | UnsetType:
    """Return a moment as answers say it; absent where there is none."""
    return UNSET if moment is None else format_time(moment)
