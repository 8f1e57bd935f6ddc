"""What was a customer shown before, and what came of it: all that the contact policy reads, customer after customer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from features.errors import InvalidInput
from features.times import Timestamp

OUTCOMES = ("skipped", "accepted", "declined", "fulfilled", "reversed")
"""What may become of an offer, by the code that stands in `Contacts.outcome`; -1: nothing is known yet."""

NEVER = np.iinfo(np.int64).max
UNKNOWN = -1


class ContactsInvalid(InvalidInput):
    """Contacts that do not fit one another: other customers, or an outcome nobody knows."""


@dataclass(frozen=True)
class Contact:
    """One exposure in plain values: an offer decided for a customer at one rank, and what became of it so far."""

    exposure_id: str
    offer_id: str
    channel: str | None
    decided_at: Timestamp
    shown_at: Timestamp | None = None
    outcome: str | None = None
    outcome_at: Timestamp | None = None


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
        return {name: getattr(self, name) for name in COLUMNS}

    @property
    def row(self) -> npt.NDArray[np.int64]:
        """Return the row of each exposure."""
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))

    @classmethod
    def none(cls, rows: int) -> Contacts:
        """Return the contacts of so many customers who were never shown anything."""
        empty: dict[str, Any] = {name: np.zeros(0, kind) for name, kind in COLUMNS.items()}
        return cls((), (), np.zeros(rows + 1, np.int64), **empty)

    @classmethod
    def of(cls, customers: Sequence[Sequence[Contact]]) -> Contacts:
        """Return the contacts of customers given in plain values, a row each; each exposure once, the newest state of it.

        Raises
        ------
        ContactsInvalid
            If an outcome is none of `OUTCOMES`.
        """
        flat = [contact for customer in customers for contact in customer]
        rows = np.array([row for row, customer in enumerate(customers) for _ in customer], np.int64)
        offers = tuple(sorted({contact.offer_id for contact in flat}))
        channels = tuple(sorted({contact.channel for contact in flat if contact.channel is not None}))
        table = _filled(flat, offers, channels)
        return newest_states(rows, cls(offers, channels, np.zeros(len(customers) + 1, np.int64), **table))

    def take(self, rows: npt.NDArray[np.integer]) -> Contacts:
        """Return the contacts of these customers, in this order."""
        starts = self.offsets[rows]  # asked of these rows alone: one customer of a million costs no more than one of ten
        counts = self.offsets[np.asarray(rows) + 1] - starts
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        places = np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], counts)
        return self._chosen(places, offsets)

    def of_row(self, row: int) -> Contacts:
        """Return the contacts of one customer: a table of one row."""
        start, end = self.offsets[row : row + 2].tolist()
        chosen = {name: getattr(self, name)[start:end] for name in COLUMNS}
        return Contacts(self.offers, self.channels, np.array([0, end - start], np.int64), **chosen)

    def without(self, exposures: Iterable[int]) -> Contacts:
        """Return the contacts that are none of these exposures, given by their hashes."""
        kept = ~np.isin(self.exposure, np.array(sorted(exposures), np.uint64))
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(kept)])[self.offsets]
        return self._chosen(np.flatnonzero(kept), offsets)

    def _chosen(self, places: npt.NDArray[np.int64], offsets: npt.NDArray[np.int64]) -> Contacts:
        chosen = {name: getattr(self, name)[places] for name in COLUMNS}
        return replace(self, offsets=offsets, **chosen)


COLUMNS: Mapping[str, type[np.generic]] = {
    "exposure": np.uint64,
    "offer": np.int16,
    "channel": np.int16,
    "decided_at": np.int64,
    "shown_at": np.int64,
    "outcome": np.int8,
    "outcome_at": np.int64,
}
"""The arrays of one element an exposure, and their types."""


def exposure_hash(exposure_id: str) -> int:
    """Return the 64-bit hash by which an exposure is known: BLAKE2b of its id, `decision_id/rank`.

    >>> exposure_hash("d1/1") == exposure_hash("d1/1") != exposure_hash("d1/2")
    True
    """
    return int.from_bytes(hashlib.blake2b(exposure_id.encode(), digest_size=8).digest(), "little")


def newest_states(rows: npt.NDArray[np.int64], contacts: Contacts) -> Contacts:
    """Group exposures by the row each belongs to, each once: of two states of one exposure, the one whose outcome is newer.

    `rows`: one element an exposure of `contacts`, in any order; the offsets of `contacts` only say how many customers there are.
    Of two states with outcomes equally old the later one stands. An exposure shown in one state was shown. Within a row the
    oldest decision comes first, so that the order of delivery changes nothing.
    """
    known_at = np.where(contacts.outcome == UNKNOWN, np.int64(-1), contacts.outcome_at)
    order = np.lexsort((known_at, contacts.exposure, rows))
    rows, exposure, shown_at = rows[order], contacts.exposure[order], contacts.shown_at[order]
    first = np.ones(len(rows), bool)
    first[1:] = (rows[1:] != rows[:-1]) | (exposure[1:] != exposure[:-1])
    starts = np.flatnonzero(first)
    last = np.append(starts[1:], len(rows))[: len(starts)] - 1
    shown = np.minimum.reduceat(shown_at, starts) if len(starts) else shown_at
    rows, chosen = rows[last], order[last]
    table: dict[str, Any] = {name: getattr(contacts, name)[chosen] for name in COLUMNS} | {"shown_at": shown}
    by_age = np.lexsort((table["exposure"], table["decided_at"], rows))
    offsets = np.searchsorted(rows[by_age], np.arange(len(contacts) + 1))
    return replace(contacts, offsets=offsets, **{name: column[by_age] for name, column in table.items()})


def _filled(flat: Sequence[Contact], offers: Sequence[str], channels: Sequence[str]) -> dict[str, Any]:
    if strange := sorted({contact.outcome for contact in flat if contact.outcome is not None} - set(OUTCOMES)):
        raise ContactsInvalid(f"needed outcomes among {', '.join(OUTCOMES)}; found {', '.join(strange)}")
    offer, channel, outcome = ({name: code for code, name in enumerate(names)} for names in (offers, channels, OUTCOMES))
    values = {
        "exposure": [exposure_hash(contact.exposure_id) for contact in flat],
        "offer": [offer[contact.offer_id] for contact in flat],
        "channel": [channel.get(contact.channel or "", UNKNOWN) for contact in flat],
        "decided_at": [contact.decided_at for contact in flat],
        "shown_at": [_moment(contact.shown_at) for contact in flat],
        "outcome": [outcome.get(contact.outcome or "", UNKNOWN) for contact in flat],
        "outcome_at": [_moment(contact.outcome_at) for contact in flat],
    }
    return {name: np.array(values[name], kind) for name, kind in COLUMNS.items()}


def _moment(known: Timestamp | None) -> Timestamp:
    return NEVER if known is None else known
