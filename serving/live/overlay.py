"""What is known since the snapshot: customers computed anew, and people who asked to be forgotten; one immutable value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from features.subjects import subject
from features.times import Timestamp


@dataclass(frozen=True)
class FreshRow:
    """One customer computed after the snapshot. `values`: float64 by the live columns; `sequence` names this computation."""

    sequence: int
    as_of: Timestamp
    values: bytes


def no_features(customer_id: str, sequence: int) -> bytes | None:
    """Return no features: nobody is fresh."""
    del customer_id, sequence
    return None


@dataclass(frozen=True)
class Overlay:
    """What is laid over a snapshot. `erased` holds subjects, which `secret` makes of ids; `features` looks up a fresh row's."""

    rows: Mapping[str, FreshRow] = field(default_factory=dict)
    erased: frozenset[str] = frozenset()
    secret: bytes = b""
    features: Callable[[str, int], bytes | None] = no_features

    def is_erased(self, customer_id: str) -> bool:
        """Whether this person asked to be forgotten."""
        return bool(self.erased) and subject(self.secret, customer_id) in self.erased


NOTHING_SINCE = Overlay()
