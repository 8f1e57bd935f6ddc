"""What would a company have gained that had called by the churn model, and what missed: the shape of `reports/backtest.json`.

It is aggregates only: no customer, no row. Methods go by name; `MODEL` is the recipe that is back-tested.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from features.reports.figures import Figure
from features.reports.stored import StoredReport
from features.times import Timestamp

MODEL, AT_RANDOM = "model", "at_random"
BY_MONEY, MONEY_ALONE = "model_by_money", "money_alone"
"""Lists by the chance to leave times what the customer brings, and by what the customer brings alone."""


@dataclass(frozen=True)
class RecipeTried:
    """What was back-tested: `source` is `live`, `candidate` or `contest`; `model_sha` is empty where it was chosen just now."""

    source: str
    model_sha: str
    blend: str
    members: dict[str, float]
    calibration: str


@dataclass(frozen=True)
class Terms:
    """What the gain was reckoned by.

    `capacity`: calls a list. `save_share`: of those called who would have left, the share that stays; None where
    nothing says so. `contact_cost` and
    `offer_cost`: for everybody called, company currency. `sources`: where each of these comes from. `money`: what keeping brings
    is counted in, `margin`, `revenue` where no margin is known, or nothing.
    """

    capacity: int
    save_share: float | None
    contact_cost: float
    offer_cost: float
    sources: dict[str, str]
    money: str | None
    currency: str


@dataclass(frozen=True)
class ListFigures:
    """How good the lists were, by method and measure, and the model less each peer on the same draws.

    Measures: `listed` (places on the lists), `precision` and `recall`, and where money is known `calls` (listed and not called
    lately) and their `cost`; where the share that stays is known too, what they `kept` and `net` (kept less cost).

    `customers` may be listed, `leavers` of them left within the horizon; `noticed` had left already by the company's own rule and
    may not be listed. `most_recall`: of lists that knew the future; None for a part of the lists, or if nobody left.
    """

    customers: int
    leavers: int
    noticed: int
    most_recall: float | None
    methods: dict[str, dict[str, Figure]]
    differences: dict[str, dict[str, Figure]]


@dataclass(frozen=True)
class MonthFigures:
    """The list of one month: what could be learned from then, and how good it was. `crowded`: more may be listed than called."""

    origin: Timestamp
    train_rows: int
    crowded: bool
    figures: ListFigures


@dataclass(frozen=True)
class LeadTime:
    """How long before leaving those who left stood on the list without a break, by one method.

    Shares: `warned` were on the newest list before leaving, `dropped` on an earlier one only, `never` on none of the walk.
    `median_days`, `quarter_days`, `three_quarter_days` are of those warned; None where nobody was. `at_least`: by days, the share
    of all leavers warned so many days ahead or more. `cut_short`: of those warned, the share listed since the walk began.
    """

    leavers: int
    warned: Figure
    dropped: float
    never: float
    median_days: Figure | None
    quarter_days: float | None
    three_quarter_days: float | None
    at_least: dict[str, float]
    cut_short: float | None


@dataclass(frozen=True)
class Saving:
    """What calling brings if this share of the leavers called is kept: net by method, all months."""

    save_share: float
    net: dict[str, float]


@dataclass(frozen=True)
class SignalFigures:
    """One sign before leaving, such as an open complaint.

    `leavers` and `stayers`: by months before leaving (1 is the newest month), the share that showed it of those of whom it is
    known; stayers at the same months. In the newest month it is known of `known_leavers`, and `lift` is one share over the other.
    `came_first`: of all leavers, the share in whom it was the first to appear within the months looked at, in the middle
    `months_before` leaving; `shown_all_along`: the share that showed it in the first of these months already.
    """

    name: str
    text: str
    rule: str
    tells: str
    known_leavers: int
    leavers: dict[str, float]
    stayers: dict[str, float]
    lift: Figure | None
    came_first: float
    shown_all_along: float
    months_before: float | None


@dataclass(frozen=True)
class CauseFigures:
    """Why, as far as signs tell: of leavers and of stayers the share in each group, of those of whom it is known."""

    cause: str
    leavers: Figure
    stayers: Figure


@dataclass(frozen=True)
class OfferFigures:
    """One kind of offer: to how many of those who left it was shown in the horizon before, and how many of them accepted one."""

    kind: str
    shown_to: int
    accepted_by: int


@dataclass(frozen=True)
class PostMortem:
    """Those who left during the walk: the signs before, the causes, and what was offered to them; `no_offer` were shown none."""

    leavers: int
    signals: list[SignalFigures]
    causes: list[CauseFigures]
    cause_signs: dict[str, list[str]]
    offers_known: bool
    offers: list[OfferFigures]
    no_offer: int


@dataclass(frozen=True)
class BacktestReport(StoredReport):
    """The whole back-test.

    `assumptions` say in sentences what the figures rest on; `notes` what is peculiar to this run, such as months with fewer
    customers than calls. `net_by_money`: what `BY_MONEY` brings net more than each other method, paired. `break_even`: by method,
    the share of the leavers called that must stay for calls to pay; above 1 no share does.
    """

    KIND: ClassVar[str] = "a back-test"
    MADE_AGAIN: ClassVar[str] = "run `lifecycle backtest` again"

    model: str
    definition: str
    horizon_days: int
    as_of: Timestamp
    company: str
    log_digest: str
    seed: int
    recipe: RecipeTried
    terms: Terms
    assumptions: list[str]
    notes: list[str]
    pooled: ListFigures
    months: list[MonthFigures]
    stages: dict[str, ListFigures]
    lead: dict[str, LeadTime]
    stage_lead: dict[str, dict[str, LeadTime]]
    net_by_money: dict[str, Figure]
    savings: list[Saving]
    break_even: dict[str, Figure]
    post_mortem: PostMortem

    @property
    def peers(self) -> tuple[str, ...]:
        """Return the methods beside the model, in the order they are told."""
        return tuple(name for name in self.pooled.methods if name != MODEL)
