"""Which company is simulated? Every number of the simulated world, frozen: a change needs a decision record.

The numbers are chosen once so that the world is awkward and gradeable: leaving within 90 days is neither rare nor certain, what
drives it shows only partly, and the offer a customer accepts is often not the offer that pays. They are never tuned to make a
model look good. `PARAMETERS_SHA256` is the hash of all of them; a test compares it with the numbers that stand here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from features.write_once import sha256_of_json
from training.simulated.offer_catalogue import Offers

PARAMETERS_SHA256 = "36beafac9298d75a0f0e88cd0b4e9aa3b8a0446af44fda305db4931f1d25d036"
"""The hash of `WORLD`: docs/decisions/0006-frozen-simulator.md says why it must not move."""

REGIMES = ("growing", "steady", "fading")
TROUBLES = ("calm", "complaint", "resentful")
STATES = len(REGIMES) * len(TROUBLES)
"""A latent state is `regime * 3 + trouble`: where the engagement is heading, and whether something went wrong."""

STAGES = ("prospect", "introduction", "growth", "maturity", "decline", "lapsed")
NOTHING = "nothing"


@dataclass(frozen=True)
class Arrivals:
    """Who comes, when and from where; shares are of all people seen, spreads are standard deviations."""

    prospect_share: float = 0.12
    founding_share: float = 0.18
    growth_a_year: float = 1.25
    weeks_to_join: float = 3.0
    channels: tuple[str, ...] = ("referral", "search", "content", "phone", "ads")
    channel_shares: tuple[float, ...] = (0.15, 0.30, 0.20, 0.10, 0.25)
    channel_cost_spread: float = 0.5
    channel_costs: tuple[float, ...] = (12.0, 45.0, 25.0, 80.0, 70.0)
    channel_frailty: tuple[float, ...] = (-0.45, 0.0, -0.15, -0.05, 0.4)
    segments: tuple[str, ...] = ("solo", "small", "large")
    segment_shares: tuple[float, ...] = (0.55, 0.35, 0.10)
    segment_frailty: tuple[float, ...] = (0.3, -0.2, -0.7)
    segment_seats: tuple[float, ...] = (1.0, 3.0, 9.0)
    seat_spread: float = 0.45
    segment_annual: tuple[float, ...] = (0.25, 0.45, 0.70)
    countries: tuple[str, ...] = ("DE", "PL", "PT", "GB", "FR", "NL", "BR")
    languages: tuple[str, ...] = ("de", "pl", "pt", "en", "fr", "nl", "pt-BR")
    country_shares: tuple[float, ...] = (0.26, 0.18, 0.14, 0.16, 0.12, 0.08, 0.06)
    consent_shares: tuple[float, ...] = (0.72, 0.38, 0.22, 0.55)
    consent_channels: tuple[str, ...] = ("email", "phone", "sms", "in_app")
    no_consent_share: float = 0.12
    return_hazard: float = 0.008
    return_fade_weeks: float = 26.0
    return_not_before_days: int = 21


@dataclass(frozen=True)
class Contracts:
    """What is sold: a monthly or a yearly term, paid per seat; margins and prices in the company's currency."""

    seat_price: float = 32.0
    seat_power: float = 0.9
    price_spread: float = 0.40
    tail_share: float = 0.012
    tail_index: float = 2.0
    margin_low: float = 0.55
    margin_high: float = 0.80
    term_days: tuple[int, int] = (30, 365)
    yearly_months: float = 10.5
    late_payer_share: float = 0.12
    late_days: int = 13
    upgrade_rates: tuple[float, float, float] = (0.010, 0.003, 0.0005)
    upgrade_factors: tuple[float, float] = (1.15, 1.55)
    downgrade_rates: tuple[float, float, float] = (0.0005, 0.002, 0.010)
    downgrade_factors: tuple[float, float] = (0.60, 0.85)
    add_on_rates: tuple[float, float, float] = (0.020, 0.010, 0.003)
    add_on_factors: tuple[float, float] = (0.2, 1.0)
    refund_rates: tuple[float, float, float] = (0.001, 0.050, 0.020)
    refund_factors: tuple[float, float] = (0.1, 0.7)


@dataclass(frozen=True)
class Leaving:
    """The weekly hazard of leaving: a level of the person times a factor of the latent state, of the age and of the season.

    While a contract is in force a customer cancels with `cancelling` times the hazard; at the end of a term the customer leaves
    without a word with the chance `1 - exp(-weight * hazard)`, the weight by term (monthly, yearly).
    """

    weekly: float = 0.0021
    frailty_spread: float = 0.35
    slow_onboarding: float = 0.60
    regime_factors: tuple[float, float, float] = (0.20, 1.0, 16.0)
    trouble_factors: tuple[float, float, float] = (1.0, 2.2, 5.0)
    cancelling: float = 0.14
    ending_weights: tuple[float, float] = (4.0, 40.0)
    early_factor: float = 1.6
    early_weeks: float = 10.0
    season: float = 0.18
    season_peak_day: int = 15
    up: tuple[float, float] = (0.012, 0.004)
    settle: tuple[float, float] = (0.060, 0.020)
    fade: tuple[float, float] = (0.004, 0.014)
    trouble_fade_factor: float = 3.5
    complaint: float = 0.014
    solved: float = 0.42
    soured: float = 0.16
    forgiven: float = 0.05


@dataclass(frozen=True)
class Engagement:
    """How much the product is used, on a log scale: pulled week by week to what the regime makes of the person's own level."""

    features: tuple[str, ...] = (
        "login", "dashboard", "search", "reports", "export", "comments", "sharing", "mobile",
        "automation", "integrations", "api", "forecasting",
    )  # fmt: skip
    events_a_week: float = 3.0
    level_spread: float = 0.6
    level_seats: float = 0.25
    targets: tuple[float, float, float] = (0.60, 0.0, -2.5)
    pull: float = 0.20
    level_noise: float = 0.07
    slow_level: float = -0.15
    growing_start: float = 0.8
    growing_start_slow: float = -0.8
    adoption_usual: float = 0.42
    adoption_frailty: float = -0.16
    adoption_slow: float = -0.07
    adoption_spread: float = 0.16
    adoption_start: float = 0.6
    adoption_limits: tuple[float, float] = (0.02, 0.98)
    adoption_drifts: tuple[float, float, float] = (0.010, 0.0015, -0.010)
    week_noise_shape: float = 8.0
    weekday_weights: tuple[float, ...] = (1.15, 1.2, 1.2, 1.15, 1.05, 0.45, 0.4)
    season: float = 0.15
    holiday_factor: float = 0.55
    season_peak_day: float = 45.0
    holidays: tuple[float, float] = (354.0, 4.0)
    users_cap: int = 40
    user_skew: float = 1.6
    feature_skew: float = 1.4
    features_always: float = 2.0
    quantity_spread: float = 0.9
    hour_of_day: tuple[float, float] = (13.5, 3.2)


@dataclass(frozen=True)
class Support:
    """Requests for support; rates are per customer and week.

    `badness` of handling, 0 to 1, has a mean by what is handled (question, complaint solved, complaint soured) and a spread.
    Times are log-normal: a triple is the log of the time, what badness adds, and the spread.
    """

    rate: float = 0.030
    new_rate: float = 0.070
    new_weeks: int = 8
    seats_cap: float = 16.0
    fading: float = 0.3
    unlucky_complaints: float = 0.03
    badness: tuple[float, float, float] = (0.30, 0.35, 0.75)
    badness_spread: float = 0.18
    hours_lasting: tuple[float, float, float] = (1.8, 2.0, 1.0)
    hours_to_answer: tuple[float, float, float] = (0.4, 3.6, 0.9)
    seconds_waiting: tuple[float, float, float] = (3.6, 2.8, 0.7)
    contacts: float = 2.2
    delighted: float = 0.25
    delighted_below: float = 0.6
    abandoned: float = 0.15
    channels: tuple[str, ...] = ("email", "portal", "chat", "phone")
    channel_shares: tuple[float, ...] = (0.40, 0.15, 0.25, 0.20)
    live_channels: int = 2
    topics: tuple[str, ...] = ("how_to", "access", "wish", "defect", "billing")
    complaint_topics: int = 2
    delight_factors: tuple[str, ...] = ("speed", "knowledge", "kindness", "surprise")


@dataclass(frozen=True)
class Voice:
    """Surveys, mentions and onboarding steps; rates are per customer and week.

    A mood is a sum: by regime, by trouble, by frailty and slowness, and noise. Scores are `middle + step * mood`, rounded
    and cut, for NPS, CSAT and CES.
    """

    mood_regimes: tuple[float, float, float] = (0.6, 0.1, -0.6)
    mood_troubles: tuple[float, float, float] = (0.0, -0.7, -1.2)
    mood_frailty: float = -0.8
    mood_slow: float = -0.15
    mood_noise: float = 0.7
    score_middle: tuple[float, float, float] = (7.4, 3.7, 4.9)
    score_step: tuple[float, float, float] = (2.4, 0.9, 1.2)
    sentiment: float = 0.8
    nps_every_weeks: int = 13
    nps_answers: float = 0.40
    csat_answers: float = 0.30
    ces_answers: float = 0.12
    comment_share: float = 0.35
    comment_topics: tuple[str, ...] = ("price", "product", "support", "onboarding")
    mention_rate: float = 0.0075
    mention_share: tuple[float, float] = (0.2, 0.4)
    mention_unknown: float = 0.35
    networks: tuple[str, ...] = ("reviews", "forum", "social")
    milestones: tuple[str, ...] = ("account_setup", "data_migration", "first_report", "team_invited", "training_done")
    milestone_days: tuple[float, ...] = (4.0, 15.0, 25.0, 40.0, 65.0)
    milestone_slow: float = 0.55
    milestone_spread: float = 0.35
    milestone_share: float = 0.93


@dataclass(frozen=True)
class Mess:
    """What goes wrong on the way into the log: shares of rows, lags in the unit of the name."""

    minutes_lag: float = 20.0
    late_share: float = 0.02
    late_days: float = 3.0
    late_spread: float = 0.8
    repeated_share: float = 0.004
    corrected_share: float = 0.012
    corrected_days: float = 9.0
    moved_share: float = 0.06
    moved_days: float = 200.0
    wrong_revenue: float = 10.0
    wrong_score: float = 0.0
    wrong_quantity: float = 60.0
    silent_source: str = "usage"
    silent_days_before_end: int = 400
    silent_days: int = 5
    stopped_source: str = "mentions"
    stopped_days: int = 12


@dataclass(frozen=True)
class World:
    """Every number of the simulated company."""

    arrivals: Arrivals = field(default_factory=Arrivals)
    contracts: Contracts = field(default_factory=Contracts)
    leaving: Leaving = field(default_factory=Leaving)
    engagement: Engagement = field(default_factory=Engagement)
    offers: Offers = field(default_factory=Offers)
    support: Support = field(default_factory=Support)
    voice: Voice = field(default_factory=Voice)
    mess: Mess = field(default_factory=Mess)

    @property
    def sha256(self) -> str:
        """Return the hash of every number in canonical spelling."""
        parameters: dict[str, Any] = asdict(self)
        return sha256_of_json(parameters)


WORLD = World()
