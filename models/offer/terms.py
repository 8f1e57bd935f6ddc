"""What is known of an offer on a channel before anybody has answered it: all that a new offer's score can rest on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, get_args

import numpy as np

from features.company.offers import RESPONSE_DAYS, ContactChannel
from features.company.schema import Company
from features.company.terms import OfferKind
from models.decision.candidates import Candidate, candidates
from models.rows import Rows

KINDS: tuple[str, ...] = get_args(OfferKind)
_PLAIN_NAMES = ("offer_value", "offer_cost", "offer_valid_days", "offer_contact_cost", "offer_response_days")


@dataclass(frozen=True)
class Terms:
    """One offer on one channel, in figures. `kind` and `channel`: empty where not known; figures: None where not known.

    `value`: margin of an acceptance; None for retention, too, whose value is the margin at risk. `cost`: of an acceptance.
    `response_days`: how long an answer is waited for; later ones do not count as accepted.
    """

    offer_id: str
    channel: str
    kind: str = ""
    value: float | None = None
    cost: float | None = None
    valid_days: float | None = None
    contact_cost: float | None = None
    response_days: float = RESPONSE_DAYS

    @property
    def name(self) -> str:
        """Return how columns name the pair: `offer_id/channel`."""
        return f"{self.offer_id}/{self.channel}"

    @classmethod
    def of(cls, candidate: Candidate) -> Terms:
        """Return the terms of a candidate of the company file."""
        offer, channel = candidate.offer, candidate.channel
        figures = offer.value, offer.cost, offer.valid_days, channel.contact_cost, channel.response_days
        return cls(offer.id, channel.name, offer.kind, *figures)

    def to_json(self) -> dict[str, Any]:
        """Return the terms as a JSON object."""
        return asdict(self)


def terms_of(company: Company) -> tuple[Terms, ...]:
    """Return the terms of every offer of a company file on each of its channels, in the order of `candidates`."""
    return tuple(Terms.of(candidate) for candidate in candidates(company))


@dataclass(frozen=True)
class Catalogue:
    """The terms of offers by id and channel: those of the company file of today, others as far as the log tells.

    An offer that is offered no longer is known by its kind alone, one on a channel it no longer has by its own figures. Offers
    are read as they stand today: the file of the day of each decision is not looked up.
    """

    offers: dict[str, Terms]
    channels: dict[str, ContactChannel]

    @classmethod
    def of(cls, company: Company) -> Catalogue:
        """Return the catalogue of a company file."""
        return cls({each.offer_id: each for each in terms_of(company)}, {each.name: each for each in company.channels})

    def terms(self, offer_id: str, channel: str, *, kind: str) -> Terms:
        """Return the terms of an offer that was made on a channel; `kind` is the log's."""
        offer, via = self.offers.get(offer_id), self.channels.get(channel)
        contact = (None, RESPONSE_DAYS) if via is None else (via.contact_cost, via.response_days)
        if offer is None:
            return Terms(offer_id, channel, kind, None, None, None, *contact)
        return Terms(offer_id, channel, offer.kind, offer.value, offer.cost, offer.valid_days, *contact)


def terms_names(channels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of an offer's own columns: its figures, one a kind, and one a channel of the company.

    >>> terms_names(("email",))[-2:]
    ('offer_kind_referral', 'offer_channel_email')
    """
    return (*_PLAIN_NAMES, *(f"offer_kind_{kind}" for kind in KINDS), *(f"offer_channel_{channel}" for channel in channels))


def terms_row(terms: Terms, *, channels: tuple[str, ...]) -> Rows:
    """Return an offer's own columns, shape (columns,); NaN for figures not known, 0 in all kinds or channels for none of them."""
    plain = [terms.value, terms.cost, terms.valid_days, terms.contact_cost, terms.response_days]
    figures = [np.nan if figure is None else figure for figure in plain]
    of_kind = [float(terms.kind == kind) for kind in KINDS]
    return np.array([*figures, *of_kind, *(float(terms.channel == channel) for channel in channels)], dtype=np.float32)
