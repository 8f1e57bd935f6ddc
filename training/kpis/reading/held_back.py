"""What came later of offers that the expansion guard held back: as the operational database tells, counted by offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from features.company.schema import Company
from features.reports.stages import HeldOffer
from features.times import DAY, Timestamp, format_time

LOOKED_BACK_DAYS = 90
"""So many days before the report the guard's work is looked at."""


@dataclass(frozen=True)
class HeldBack:
    """One offer held back from one customer, at first at `held_at`; when it was shown and accepted after that, if it was."""

    customer_id: str
    offer_id: str
    held_at: Timestamp
    shown_at: Timestamp | None
    accepted_at: Timestamp | None


def held_since(as_of: Timestamp) -> Timestamp:
    """Return since when the guard's work is looked at, for a report of this moment."""
    return as_of - LOOKED_BACK_DAYS * DAY


def held_offers(held: Sequence[HeldBack], company: Company, *, as_of: Timestamp) -> tuple[HeldOffer, ...]:
    """Return each offer that was held back, the most often held first; an offer the company file no longer has goes by its id."""
    names = {offer.id: offer.name for offer in company.offers}
    by_offer: dict[str, list[HeldBack]] = {}
    for each in held:
        by_offer.setdefault(each.offer_id, []).append(each)
    found = [
        HeldOffer(
            offer_id=offer,
            name=names.get(offer, offer),
            since=format_time(held_since(as_of)),
            customers=len(cases),
            shown_later=sum(_by(each.shown_at, as_of) for each in cases),
            accepted_later=sum(_by(each.accepted_at, as_of) for each in cases),
        )
        for offer, cases in by_offer.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.customers, one.offer_id)))


def _by(moment: Timestamp | None, as_of: Timestamp) -> bool:
    return moment is not None and moment < as_of
