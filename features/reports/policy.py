"""What would a new company file be worth, by the log and before anybody sees it: the shape of `reports/policy.json`.

It is aggregates only: no customer, no row. Values are company currency a decision: the margin of the reward days less what the
offer costs, by intention to treat. Shares and probabilities lie between 0 and 1. Policies go by name: `live` and `new`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from features.reports.figures import Figure
from features.reports.stored import StoredReport

LIVE, NEW = "live", "new"

Compared: TypeAlias = Literal["offer_and_channel", "offer"]
"""What counts as one action: an offer on one channel, or an offer on whichever."""

Verdict: TypeAlias = Literal["better", "worse", "no_difference_shown", "refused"]

Ahead: TypeAlias = Literal["wins", "loses", "no difference shown"]


@dataclass(frozen=True)
class Refusal:
    """Why no value is told: what was needed, what was found, and what to do.

    `code`: `contact_policy` or `new_offers` (both need a live test), `question`, `immature`, `unsupported_mass`, `mean_weight` or
    `effective_size`. `policy`: which of the two it is said of; empty where of both.
    """

    code: str
    policy: str
    text: str
    needed: str
    found: str
    advice: str


@dataclass(frozen=True)
class SupportFigures:
    """How far the log can tell what a policy is worth.

    `unsupported_mass`: the probability that the policy puts on actions the log could not have drawn. `mean_weight`: should be 1,
    `standard_error` by customer. `effective_sample`: how many decisions of the policy itself the weighted log is worth.
    """

    unsupported_mass: float
    mean_weight: float
    standard_error: float
    effective_sample: float


@dataclass(frozen=True)
class Estimated:
    """What one estimator says a decision is worth: under both policies, and the paired difference, new less live.

    A difference by weights alone is None where both policies differ too seldom for it: it would hang on a few heavy decisions.
    """

    estimator: str
    live: Figure
    new: Figure
    difference: Figure | None


@dataclass(frozen=True)
class OfferShares:
    """How often both policies decide on one offer (mean probability), and how often the log did; `nothing` among them."""

    offer_id: str
    kind: str
    logged: float
    live: float
    new: float


@dataclass(frozen=True)
class GroupChange:
    """What changes for one group of customers: the difference a decision, new less live, and who comes out ahead.

    `kind`: `stage`, `segment` or `value_category`.
    """

    kind: str
    name: str
    decisions: int
    customers: int
    difference: Figure
    verdict: Ahead


@dataclass(frozen=True)
class SplitPart:
    """One policy of the split: what it is, what a decision is worth under it, and how much more than by gates alone.

    `decisions`: of the log, drawn by lot; `agreeing`: of these, what was drawn is what the policy might do. Without a value,
    `why_not` says why.
    """

    name: str
    text: str
    decisions: int
    agreeing: int
    value: Figure | None
    more_than_gates: Figure | None
    why_not: str


@dataclass(frozen=True)
class PolicyReport(StoredReport):
    """The whole comparison.

    `verdict` follows from the interval of the difference by `main_estimator`. A refused comparison has refusals and, as far as
    they could be taken, support and offers, and no value. `changes`: what differs between the files, in words. `assumptions` say
    in sentences what the figures rest on.
    """

    KIND: ClassVar[str] = "a comparison of policies"
    MADE_AGAIN: ClassVar[str] = "run `lifecycle policy evaluate` again"

    since: str
    until: str
    bundle: str
    live_company: str
    new_company: str
    currency: str
    reward_days: int
    decisions: int
    customers: int
    compared: Compared
    verdict: Verdict
    main_estimator: str
    refusals: list[Refusal]
    changes: list[str]
    assumptions: list[str]
    support: dict[str, SupportFigures]
    values: list[Estimated]
    offers: list[OfferShares]
    without_offer: dict[str, float]
    groups: list[GroupChange]
    split: list[SplitPart]
