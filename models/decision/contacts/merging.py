"""What do two stores say together of what customers were shown: the log and the database, each exposure once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from models.decision.contacts.table import COLUMNS, UNKNOWN, Contacts, ContactsInvalid, newest_states


def merged(first: Contacts, second: Contacts) -> Contacts:
    """Return the contacts of the same customers from two stores; of one exposure in both, the state whose outcome is newer.

    Where both know the same, or nothing, `second` stands: give the operational database there.

    Raises
    ------
    ContactsInvalid
        If the two are not of equally many customers.
    """
    if len(first) != len(second):
        raise ContactsInvalid(f"needed contacts of the same customers, found {len(first)} and {len(second)} rows")
    if not len(first.exposure) or not len(second.exposure):
        return first if len(first.exposure) else second
    offers = tuple(sorted({*first.offers, *second.offers}))
    channels = tuple(sorted({*first.channels, *second.channels}))
    parts = [_recoded(part, offers, channels) for part in (first, second)]
    both: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS}
    return newest_states(np.concatenate([part.row for part in parts]), replace(parts[0], **both))


def _recoded(contacts: Contacts, offers: Sequence[str], channels: Sequence[str]) -> Contacts:
    """Return the same contacts with the places of their offers and channels in these lists."""
    return replace(
        contacts,
        offers=tuple(offers),
        channels=tuple(channels),
        offer=_codes(contacts.offer, contacts.offers, offers),
        channel=_codes(contacts.channel, contacts.channels, channels),
    )


def _codes(codes: npt.NDArray[np.int16], names: Sequence[str], into: Sequence[str]) -> npt.NDArray[np.int16]:
    places = np.array([*(into.index(name) for name in names), UNKNOWN], np.int16)  # -1 looks up the last: not known
    return places[codes]
