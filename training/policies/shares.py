"""How often do both policies decide on each offer, how often did the log, and how many customers get none."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from features.reports.policy import LIVE, NEW, OfferShares
from models.decision import NO_OFFER, NOTHING, Choices
from training.policies.valued import Valued


def offer_shares(valued: Valued, choices: Mapping[str, Choices]) -> list[OfferShares]:
    """Return the mean probability of each offer under both policies, and its share of the log; `nothing` first."""
    offers, actions = np.array(valued.actions.offers), valued.actions
    kinds = {each.offer.id: each.offer.kind for made in choices.values() for each in made.policy.candidates}
    taken = offers[actions.taken]
    return [
        OfferShares(
            offer_id=offer,
            kind=kinds.get(offer, ""),
            logged=float((taken == offer).mean()),
            live=float(valued.live[:, offers == offer].sum(axis=1).mean()),
            new=float(valued.new[:, offers == offer].sum(axis=1).mean()),
        )
        for offer in dict.fromkeys([NOTHING, *sorted(set(offers.tolist()))])
    ]


def without_offer(choices: Mapping[str, Choices]) -> dict[str, float]:
    """Return, by policy, the share of decisions in which `nothing` comes first by priority."""
    return {name: float((choices[name].best == NO_OFFER).mean()) for name in (LIVE, NEW)}
