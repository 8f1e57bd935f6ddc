"""What was a customer shown before, and what came of it: all that the contact policy reads, customer after customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

OUTCOMES = ("skipped", "accepted", "declined", "fulfilled", "reversed")
"""What may become of an offer, by the code that stands in `Contacts.outcome`; -1: nothing is known yet."""

NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Contacts:
    """Exposures of the customers of a table, grouped by row: those of row `i` are `offsets[i]:offsets[i + 1]`.

    `exposure`: 64-bit hash of the exposure id, so that one that stands in two stores counts once. `offer` and `channel`: places
    in `offers` and `channels` (-1: not known). `decided_at`, `shown_at`, `outcome_at`: microseconds UTC, `NEVER` where it has
    not happened. An offer decided and never shown is no contact.
    """

    offers: tuple[str, ...]
    channels: tuple[str, ...]
    offsets: npt.NDArray[np.int64]
    exposure: npt.NDArray[np.uint64]
    offer: npt.NDArray[np.int16]
    channel: npt.NDArray[np.int16]
    decided_at: npt.NDArray[np.int64]
    shown_at: npt.NDArray[np.int64]
    outcome: npt.NDArray[np.int8]
    outcome_at: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def columns(self) -> Mapping[str, npt.NDArray[np.generic]]:
        """Return the arrays of one element an exposure, by name."""
        names = ("exposure", "offer", "channel", "decided_at", "shown_at", "outcome", "outcome_at")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def none(cls, rows: int) -> Contacts:
        """Return the contacts of so many customers who were never shown anything."""
        moments = np.zeros(0, np.int64)
        codes = np.zeros(0, np.int16)
        return cls(
            (), (), np.zeros(rows + 1, np.int64), np.zeros(0, np.uint64), codes, codes, moments, moments,
            np.zeros(0, np.int8), moments,
        )  # fmt: skip
