"""What may stand in the event log: eight sources, one declaration of columns each.

From a declaration come the pandera schema, the row type of the HTTP API, the masks of the feature kernel and the documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    TEXTS = "texts"
    NUMBER = "number"
    FLAG = "flag"
    TIME = "time"


@dataclass(frozen=True)
class Column:
    """One column of a source beside `customer_id` and `known_at`.

    `known_with` names the time column at which the value becomes known; until then it is masked. A time column is
    masked until itself and names nothing. `minimum` and `maximum` are inclusive; `choices` close a text column.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    known_with: str | None = None


@dataclass(frozen=True)
class Source:
    """One source: what a row is, its key (with `known_at`) and the time at which the thing happened.

    `customer_required` is false where a row may belong to nobody we know (a public mention). `stamped` names the time column
    that intake fills where a delivery leaves it out: it says when we learned, not what happened, so rows that differ in it
    alone are one row, and the earliest stands.
    """

    name: str
    meaning: str
    key: str
    time: str
    columns: tuple[Column, ...]
    customer_required: bool = True
    stamped: str | None = None

    @property
    def delivered(self) -> tuple[Column, ...]:
        """Every column a row may bring: who, since when it was known, its id, and the declared ones."""
        who = Column("customer_id", Kind.TEXT, "whose row it is", required=self.customer_required)
        since = Column("known_at", Kind.TIME, "from when on this version of the row was known", required=True)
        key = () if self.key == who.name else (Column(self.key, Kind.TEXT, "id of the row", required=True),)
        return (who, since, *key, *self.columns)

    def column(self, name: str) -> Column:
        """Return the declared column of that name; `KeyError` if there is none."""
        return {column.name: column for column in self.columns}[name]


def _text(
    name: str, meaning: str, *, required: bool = False, choices: tuple[str, ...] = (), known_with: str | None = None
) -> Column:
    return Column(name, Kind.TEXT, meaning, required=required, choices=choices, known_with=known_with)


def _number(
    name: str,
    meaning: str,
    *,
    required: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
    known_with: str | None = None,
) -> Column:
    return Column(name, Kind.NUMBER, meaning, required, minimum, maximum, known_with=known_with)


def _flag(name: str, meaning: str, *, known_with: str | None = None) -> Column:
    return Column(name, Kind.FLAG, meaning, known_with=known_with)


def _time(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, Kind.TIME, meaning, required=required)


CUSTOMERS = Source(
    "customers",
    "one customer or prospect; a later version corrects or extends an earlier one",
    "customer_id",
    "first_seen_at",
    (
        _time("first_seen_at", "first contact of any kind", required=True),
        _time("joined_at", "became a customer; absent for prospects"),
        _time("profile_known_at", "from when on the five columns below were known; the row's `known_at` where absent"),
        _text("channel", "channel of acquisition"),
        _number("acquisition_cost", "cost of winning this customer, company currency", minimum=0, known_with="profile_known_at"),
        _text("segment", "the company's own segment", known_with="profile_known_at"),
        _text("country", "ISO 3166-1 alpha-2", known_with="profile_known_at"),
        _text("language", "BCP 47 tag the customer is spoken to in", known_with="profile_known_at"),
        Column("consent", Kind.TEXTS, "channels the customer may be contacted on", known_with="profile_known_at"),
        _text("display_name", "shown on the agent page only; never a feature, never in logs"),
    ),
    stamped="profile_known_at",
)

USAGE = Source(
    "usage",
    "one use of a feature of the product",
    "event_id",
    "occurred_at",
    (
        _time("occurred_at", "when it was used", required=True),
        _text("feature", "which feature of the product", required=True),
        _number("quantity", "how much, in the feature's own unit", minimum=0),
        _text("user_id", "which user at the customer"),
    ),
)

TICKETS = Source(
    "tickets",
    "one request for support, from opening to resolution",
    "ticket_id",
    "opened_at",
    (
        _time("opened_at", "when the customer asked", required=True),
        _text("channel", "channel of the first contact; `phone`, `email`, `chat` and `web` (or `portal`) are counted apart"),
        _text("topic", "what it is about"),
        _flag("complaint", "the customer complains"),
        _time("first_response_at", "first answer by a person"),
        _time("resolved_at", "when it was resolved"),
        _time("last_update_at", "last promised update to the customer"),
        _number("reopened", "times it was opened again after a resolution", minimum=0, known_with="resolved_at"),
        _number("contacts", "contacts needed until resolved", minimum=0, known_with="resolved_at"),
        _number("hand_overs", "times it changed hands", minimum=0, known_with="resolved_at"),
        _number("waiting_seconds", "time the customer waited", minimum=0, known_with="resolved_at"),
        _flag("abandoned", "the customer gave up waiting", known_with="resolved_at"),
        _flag("delighted", "the customer was surprised for the better", known_with="resolved_at"),
        _text("delight_factor", "what delighted", known_with="resolved_at"),
    ),
)

PURCHASES = Source(
    "purchases",
    "one purchased line, renewal or return; revenue and margin are negative for refunds",
    "purchase_id",
    "occurred_at",
    (
        _time("occurred_at", "when it was bought", required=True),
        _text(
            "kind",
            "what happened",
            required=True,
            choices=("order", "renewal", "refund", "upgrade", "downgrade", "cancellation"),
        ),
        _text("product_id", "which product"),
        _text("category", "product category"),
        _number("quantity", "units; negative for returned units"),
        _number("revenue", "net revenue, company currency; negative for refunds"),
        _number("margin", "contribution margin, company currency; negative for refunds"),
        _number("term_days", "length of the contract bought, days", minimum=0),
    ),
)

SURVEYS = Source(
    "surveys",
    "one answered survey",
    "survey_id",
    "answered_at",
    (
        _time("answered_at", "when it was answered", required=True),
        _text("kind", "NPS 0..10, CSAT 1..5, CES 1..7", required=True, choices=("nps", "csat", "ces")),
        _number("score", "the score given", required=True, minimum=0, maximum=10),
        _text("comment_topic", "what the comment is about"),
        _number("comment_sentiment", "-1 (bad) to 1 (good)", minimum=-1, maximum=1),
    ),
)

MENTIONS = Source(
    "mentions",
    "one public mention; without `customer_id` it counts in totals only",
    "mention_id",
    "occurred_at",
    (
        _time("occurred_at", "when it was published", required=True),
        _text("network", "where"),
        _number("sentiment", "-1 (bad) to 1 (good)", minimum=-1, maximum=1),
    ),
    customer_required=False,
)

MILESTONES = Source(
    "milestones",
    "one reached step of onboarding",
    "milestone_id",
    "reached_at",
    (
        _time("reached_at", "when it was reached", required=True),
        _text("milestone", "which step", required=True),
    ),
)

OFFERS = Source(
    "offers",
    "one offer (or `nothing`) decided for a customer at one rank, and what became of it",
    "exposure_id",
    "decided_at",
    (
        _time("decided_at", "when it was decided", required=True),
        _text("decision_id", "the decision it belongs to", required=True),
        _number("rank", "1 is the first suggestion", required=True, minimum=1),
        _text("offer_id", "which offer, or `nothing`", required=True),
        _text(
            "kind",
            "kind of the offer when it was decided; absent for `nothing`",
            choices=("onboarding", "service", "cross_sell", "up_sell", "retention", "discount", "loyalty", "referral"),
        ),
        _text("arm", "how it was drawn", required=True, choices=("control", "explore", "policy")),
        _number("selection_probability", "probability with which rank 1 was drawn; absent beyond", minimum=0, maximum=1),
        _text("channel", "channel of contact"),
        _text("agent_id", "who acted"),
        _text("key_id", "API key that asked"),
        _time("shown_at", "when the customer really saw it"),
        _text(
            "outcome",
            "what became of it",
            choices=("skipped", "accepted", "declined", "fulfilled", "reversed"),
            known_with="outcome_at",
        ),
        _time("outcome_at", "when that was known"),
        _text("outcome_reason", "why declined or skipped", known_with="outcome_at"),
        _number("reward", "realised margin less cost, company currency", known_with="reward_at"),
        _time("reward_at", "when the reward was complete"),
    ),
)

SOURCES: Mapping[str, Source] = {
    source.name: source for source in (CUSTOMERS, USAGE, TICKETS, PURCHASES, SURVEYS, MENTIONS, MILESTONES, OFFERS)
}
