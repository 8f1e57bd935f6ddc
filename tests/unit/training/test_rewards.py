"""The reward of a decision: margin of the reward days less the offer's cost, shown or not, by the version that stands."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.tiny_shop import shop_company
from features.at_risk.events import NEVER
from features.times import DAY, Timestamp, parse_time
from training.decided import Decisions
from training.rewards import rewards

AT = parse_time("2026-01-01")
TIME = pa.timestamp("us", tz="UTC")
COMPANY = shop_company()
OFFER = COMPANY.offers[0]
CHANNEL = next(each for each in COMPANY.channels if each.name in OFFER.channels)
DAYS = COMPANY.reward_days


class FakeLog:
    """An event log of one bucket that holds purchases alone."""

    def __init__(self, rows: list[dict[str, Any]], *, until: Timestamp = AT + 400 * DAY) -> None:
        self.rows, self.until = rows, until

    @property
    def manifest(self) -> Any:
        return SimpleNamespace(buckets=1, observed_until={"purchases": self.until} if self.until else {})

    def bucket_of(self, _customer: str) -> int:
        return 0

    def bucket(self, _source: str, _bucket: int, *_names: Any, **_columns: Any) -> pa.Table:
        times = ("occurred_at", "known_at", "superseded_at")
        table = {name: pa.array([row[name] for row in self.rows], TIME) for name in times}
        numbers = ("margin", "revenue", "term_days")
        table |= {name: pa.array([row[name] for row in self.rows], pa.float64()) for name in numbers}
        return pa.table({"customer_id": pa.array([row["customer_id"] for row in self.rows], pa.string()), **table})


def bought(day: float, margin: float | None, customer: str = "ada", **given: Any) -> dict[str, Any]:
    """Build a purchase so many days after AT, known at once."""
    at = AT + int(day * DAY)
    plain = {"occurred_at": at, "known_at": at, "superseded_at": None, "revenue": None, "term_days": None}
    return {"customer_id": customer, "margin": margin, **plain, **given}


def decided(*days: float, customer: str = "ada", shown: bool = True, accepted: bool = True, **given: Any) -> Decisions:
    """Build decisions on the first offer of the tiny shop, so many days after AT."""
    count = len(days)
    texts = {name: pa.array([name] * count) for name in ("exposures", "decisions", "kinds", "arms", "sources", "outcomes")}
    said = {"customers": customer, "offers": OFFER.id, "channels": CHANNEL.name}
    texts |= {name: pa.array([text] * count) for name, text in (said | given).items() if name != "reward"}
    moments = np.array([AT + int(day * DAY) for day in days], dtype=np.int64)
    never = np.full(count, NEVER)
    later = ("outcome_at", "answered_at", "accepted_at", "shown_heard_at", "accepted_heard_at")
    return Decisions(
        **texts,
        **dict.fromkeys(later, never),
        ranks=np.ones(count, dtype=np.int64),
        probability=np.full(count, 0.5),
        known_at=moments,
        decided_at=moments,
        shown_at=moments if shown else never,
        accepted=np.full(count, accepted),
        reward=np.full(count, given.get("reward", np.nan)),
        until=AT + 400 * DAY,
    )


def found(decisions: Decisions, *rows: dict[str, Any], until: Timestamp = AT + 400 * DAY) -> Any:
    return rewards(FakeLog(list(rows), until=until), decisions, COMPANY)  # type: ignore[arg-type]


def test_margin_counts_from_the_decision_to_the_end_of_the_reward_days() -> None:
    lines = [bought(day, 10.0**place) for place, day in enumerate((-1, 0, DAYS - 0.1, DAYS))]

    assert found(decided(0), *lines).margin.tolist() == [110.0]


def test_an_offer_costs_its_contact_when_shown_and_itself_when_accepted() -> None:
    cases = [decided(0, shown=shown, accepted=accepted) for shown, accepted in ((False, False), (True, False), (True, True))]

    costs = [found(case, bought(1, 50.0)).net.tolist() for case in cases]

    assert np.round(costs, 2).ravel().tolist() == [50.0, 49.98, 44.98]


def test_nothing_costs_nothing_and_an_offer_nobody_knows_any_more_has_no_reward() -> None:
    free = found(decided(0, shown=False, accepted=False, offers="nothing"), bought(1, 5.0))
    retired = found(decided(0, offers="long_retired"), bought(1, 5.0))

    assert free.net.tolist() == [5.0]
    assert retired.margin.tolist() == [5.0]
    assert np.isnan(retired.net).all()


def test_what_showing_on_a_channel_cost_that_nobody_knows_any_more_is_not_taken_to_be_nothing() -> None:
    shown, never_shown = (found(decided(0, shown=shown, channels="fax"), bought(1, 5.0)) for shown in (True, False))

    assert np.isnan(shown.net).all()
    assert np.isfinite(never_shown.net).all()


def test_a_decision_whose_days_are_not_over_has_no_reward_yet() -> None:
    early = found(decided(0, 10), bought(1, 5.0), until=AT + DAYS * DAY)

    assert early.mature.tolist() == [True, False]
    assert np.isnan(early.net).tolist() == [False, True]


def test_a_line_counts_in_the_version_that_stands() -> None:
    first = bought(1, 100.0, superseded_at=AT + 5 * DAY)

    assert found(decided(0), first, bought(1, 70.0, known_at=AT + 5 * DAY)).margin.tolist() == [70.0]


def test_revenue_without_margin_counts_by_the_share_margin_is_of_it() -> None:
    lines = bought(1, 30.0, revenue=60.0), bought(2, None, revenue=10.0)

    assert found(decided(0), *lines).margin.tolist() == [35.0]


def test_where_no_purchase_was_ever_received_the_rewards_of_the_log_stand_in() -> None:
    logged = found(decided(0, reward=12.0), until=0)

    assert logged.net.tolist() == [12.0]


def test_gone_is_whose_newest_term_has_run_out_by_the_end() -> None:
    month, half_year = bought(-5, 10.0, term_days=30.0), bought(-5, 60.0, "eve", term_days=180.0 + DAYS)

    left, stays, never = (found(decided(0, customer=who), month, half_year) for who in ("ada", "eve", "bob"))

    assert left.gone.tolist() == [1.0]
    assert stays.gone.tolist() == [0.0]
    assert np.isnan(never.gone).all()


def test_any_log_gives_what_adding_up_line_by_line_gives_to_the_cent() -> None:
    rng = np.random.default_rng(4)
    people = [f"c{number}" for number in range(9)]
    lines = [
        bought(round(float(rng.uniform(-40, 200)), 2), round(float(rng.normal(20, 90)), 2), people[rng.integers(9)],
               term_days=float(rng.choice([0, 30])))
        for _ in range(400)
    ]  # fmt: skip
    days = np.round(rng.uniform(0, 90, 30), 2).tolist()

    for who in people:
        ours = found(decided(*days, customer=who), *lines)
        own = [line for line in lines if line["customer_id"] == who]
        starts = [AT + int(day * DAY) for day in days]
        inside = [[line for line in own if at <= line["occurred_at"] < at + DAYS * DAY] for at in starts]
        assert ours.margin.round(2).tolist() == [round(sum(line["margin"] for line in each), 2) + 0.0 for each in inside]
        terms = [sum(line["margin"] for line in each if line["term_days"]) for each in inside]
        assert np.allclose(ours.terms, terms, atol=1e-9)
