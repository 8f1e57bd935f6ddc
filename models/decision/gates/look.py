"""How do the checks of a company file see customers: every name they read as a column, and the contacts in order of time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from models.decision.contacts.table import NEVER, OUTCOMES, Contacts
from models.decision.situations import Situations
from models.rows import BoolArray, FloatArray

Places: TypeAlias = npt.NDArray[np.intp]
Mark: TypeAlias = Literal["shown", "outcome"]


@dataclass(frozen=True)
class Timeline:
    """Exposures for which something happened, by customer and then by the moment `when` it did; `row` is the customer's."""

    row: Places
    when: npt.NDArray[np.int64]
    offer: npt.NDArray[np.int16]
    channel: npt.NDArray[np.int16]
    outcome: npt.NDArray[np.int8]

    @classmethod
    def of(cls, contacts: Contacts, when: npt.NDArray[np.int64]) -> Timeline:
        """Order the exposures by `when`; those for which it is `NEVER` are left out."""
        row = contacts.row
        order = np.lexsort((when, row))
        order = order[when[order] != NEVER]
        return cls(row[order], when[order], contacts.offer[order], contacts.channel[order], contacts.outcome[order])


@dataclass(frozen=True)
class Look:
    """Situations and, under every name that is read, a column; NaN throughout for a name nobody knows."""

    situations: Situations
    columns: Mapping[str, FloatArray]

    @classmethod
    def at(cls, situations: Situations, names: Iterable[str]) -> Look:
        """Look at these situations with checks that read these names."""
        nowhere = np.full(len(situations), np.nan)
        return cls(situations, {name: situations.columns.get(name, nowhere) for name in names})

    def __len__(self) -> int:
        return len(self.situations)

    @cached_property
    def shown(self) -> Timeline:
        """What each customer was really shown, by the moment it was."""
        return Timeline.of(self.situations.contacts, self.situations.contacts.shown_at)

    @cached_property
    def answered(self) -> Timeline:
        """What became of each offer, by the moment it did."""
        return Timeline.of(self.situations.contacts, self.situations.contacts.outcome_at)

    def offer_codes(self, offers: Iterable[str]) -> list[int]:
        """Return the codes by which contacts know these offers; those never decided have none."""
        return [code for code, offer in enumerate(self.situations.contacts.offers) if offer in offers]

    def channel_code(self, channel: str) -> int | None:
        """Return the code by which contacts know the channel, None if nobody was ever contacted on it."""
        channels = self.situations.contacts.channels
        return channels.index(channel) if channel in channels else None

    def unknown(self, names: Iterable[str], row: int) -> list[str]:
        """Return those of the names of which nothing is known for this customer."""
        return [name for name in names if np.isnan(self.columns[name][row])]


def outcome_codes(outcomes: Iterable[str]) -> list[int]:
    """Return the codes of outcomes, as they stand in contacts."""
    return [OUTCOMES.index(outcome) for outcome in outcomes]


def is_one_of(codes: npt.NDArray[np.signedinteger], wanted: Iterable[int]) -> BoolArray:
    """Say of each code whether it is wanted; far cheaper than a sort for the two or three that are."""
    found = np.zeros(len(codes), bool)
    for code in wanted:
        found |= codes == code
    return found
