"""Which offers does the simulated company make, and how did its old policy decide? Frozen like all numbers of the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Offer:
    """One offer: where it may be made, what it costs, who says yes (log-odds), and what the old policy holds it worth.

    Costs are a fixed part and a part of the monthly margin.
    """

    offer_id: str
    channels: tuple[str, ...]
    cost_shown: float
    cost_accepted: float
    cost_share: float
    list_value: float
    yes: Mapping[str, float]


@dataclass(frozen=True)
class Offers:
    """The offers, the old policy that decided, and how an offer moves the hazard for the next quarter.

    `levels` are the factors on the hazard an offer can cause; the response model names one of them for each customer, so the
    true effect is computed for each level once and never interpolated.
    """

    catalogue: tuple[Offer, ...] = (
        Offer("retention_discount", ("email", "phone"), 0.5, 0.0, 0.0, 0.8, {"always": -0.7, "price": 0.9, "fading": 0.7}),
        Offer(
            "training_session", ("email", "in_app", "phone"), 1.0, 9.0, 0.0, 0.6, {"always": -0.9, "slow": 0.8, "trouble": -0.6}
        ),
        Offer("priority_support", ("in_app", "email"), 0.5, 6.0, 0.02, 0.5, {"always": -0.6, "trouble": 1.4}),
        Offer(
            "plan_upgrade", ("in_app", "email", "phone"), 0.5, 2.0, 0.0, 2.6, {"always": -1.9, "growing": 1.0, "adoption": 1.6}
        ),
        Offer("add_on_pack", ("in_app", "email", "sms"), 0.5, 1.0, 0.0, 1.5, {"always": -1.7, "adoption": 1.5, "price": -0.4}),
        Offer("loyalty_gift", ("email", "sms"), 0.5, 7.0, 0.10, 1.0, {"always": 1.3, "fading": -0.4, "trouble": -0.5}),
    )
    levels: tuple[float, ...] = (0.30, 0.60, 1.0, 1.5, 2.5)
    effect_weeks: int = 13
    reward_days: int = 90
    every_weeks: int = 6
    from_age_weeks: int = 4
    cool_down_weeks: int = 20
    control_share: float = 0.05
    exploration_share: float = 0.10
    shown_share: float = 0.82
    skipped_share: float = 0.6
    least_value: float = 0.3
    taste_spread: float = 0.35
    price_frailty: float = 0.4
    fulfilled_share: float = 0.55
    upgrade_factor: float = 1.35
    add_on_factor: float = 0.60
    discount_factor: float = 0.80
    training_adoption: float = 0.15
    low_adoption: float = 0.35
    high_adoption: float = 0.60
    slow_from: float = 0.5
    loyal_weeks: int = 52
    decline_reasons: tuple[str, ...] = ("too_expensive", "no_need", "bad_moment", "wants_help_first")
    skip_reasons: tuple[str, ...] = ("no_time", "not_fitting", "customer_upset")
