"""Which words does a company bring that features are made of: deep features, milestones of onboarding, channels of contact."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Vocabulary:
    """What a company calls its own.

    `deep_features` are the features of the product that are hard to replace once adopted, as the source `usage` names them;
    `milestones` the steps of onboarding, as the source `milestones` names them, with the days after joining by which each is due;
    `channels` the ways in which it contacts customers, as the sources `customers` (consent) and `offers` name them.
    """

    deep_features: tuple[str, ...] = ()
    milestones: tuple[tuple[str, int], ...] = ()
    channels: tuple[str, ...] = ()
