"""What can be decided: every offer on every one of its channels, in the order of the company file, and `nothing`."""

from __future__ import annotations

from dataclasses import dataclass

from features.company.offers import ContactChannel, Offer
from features.company.schema import Company

NOTHING = "nothing"
"""What a decision names when no offer is made; no offer may be called so."""


@dataclass(frozen=True)
class Candidate:
    """One offer, made on one channel."""

    offer: Offer
    channel: ContactChannel

    @property
    def name(self) -> str:
        """Return how columns and documents name the pair: `offer_id/channel`."""
        return f"{self.offer.id}/{self.channel.name}"


def candidates(company: Company) -> tuple[Candidate, ...]:
    """Return the pairs of a company file, offer after offer; `nothing` is none of them."""
    channels = {channel.name: channel for channel in company.channels}
    return tuple(Candidate(offer, channels[name]) for offer in company.offers for name in offer.channels)
