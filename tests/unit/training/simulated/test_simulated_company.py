from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from features.company import default_company_text, read_company
from features.contracts.sources import SOURCES
from features.times import DAY, parse_time
from training.simulated import WORLD, ImpossibleCompany, SimulatedCompany, simulate
from training.simulated.company import UNTIL
from training.simulated.mess import silence
from training.simulated.people import Calendar

TIME = pa.timestamp("us", tz="UTC")


def newest(table: pa.Table, key: str) -> pd.DataFrame:
    return table.to_pandas().sort_values("known_at").drop_duplicates(key, keep="last")


def test_the_same_seed_gives_the_same_company_bit_for_bit() -> None:
    one, other = (simulate(150, seed=4, years=1) for _ in range(2))

    assert all(one.tables[source].equals(other.tables[source]) for source in SOURCES)
    assert one.truth.customers.equals(other.truth.customers)


def test_another_seed_gives_another_company() -> None:
    one, other = (simulate(150, seed=seed, years=1) for seed in (4, 5))

    assert not any(one.tables[source].equals(other.tables[source]) for source in SOURCES)


@pytest.mark.parametrize("source", SOURCES)
def test_tables_hold_the_declared_columns(simulated: SimulatedCompany, source: str) -> None:
    declared = SOURCES[source]
    table = simulated.tables[source]

    names = {"customer_id", declared.key, *(column.name for column in declared.columns), "known_at"}
    assert set(table.column_names) == names
    assert table.schema.field(declared.time).type == TIME
    assert table.schema.field("known_at").type == TIME
    assert len(table) > 0


@pytest.mark.parametrize("source", SOURCES)
def test_nothing_is_known_before_it_happens_or_after_the_end(simulated: SimulatedCompany, source: str) -> None:
    table = simulated.tables[source]

    known = table["known_at"].cast(pa.int64()).to_numpy()

    assert (known >= table[SOURCES[source].time].cast(pa.int64()).to_numpy()).all()
    assert known.max() < simulated.observed_until[source]


@pytest.mark.parametrize("source", ["customers", "tickets", "purchases", "surveys", "usage", "offers"])
def test_some_rows_come_in_versions(simulated: SimulatedCompany, source: str) -> None:
    rows = simulated.tables[source].group_by(SOURCES[source].key).aggregate([("known_at", "count_distinct")])

    assert pc.max(rows["known_at_count_distinct"]).as_py() > 1


def test_some_rows_are_exact_repetitions(simulated: SimulatedCompany) -> None:
    usage = simulated.tables["usage"]

    distinct = usage.group_by(["event_id", "known_at"]).aggregate([("quantity", "count_distinct")])

    assert len(distinct) < len(usage)
    assert pc.max(distinct["quantity_count_distinct"]).as_py() == 1


def test_some_rows_come_days_late(simulated: SimulatedCompany) -> None:
    usage = simulated.tables["usage"].to_pandas()

    days = (usage.known_at - usage.occurred_at).dt.total_seconds() / 86_400

    assert 0.01 < (days > 0.5).mean() < 0.06
    assert days.median() < 0.05


def test_the_silent_feed_has_a_gap_and_claims_to_be_complete(simulated: SimulatedCompany) -> None:
    begin, end = silence(WORLD.mess, Calendar(UNTIL, 104))
    at = simulated.tables["usage"]["occurred_at"].cast(pa.int64()).to_numpy()

    assert not ((at >= begin) & (at < end)).any()
    assert ((at >= begin - DAY) & (at < begin)).any()
    assert simulated.observed_until["usage"] == UNTIL


def test_the_stopped_feed_says_until_when_it_is_complete(simulated: SimulatedCompany) -> None:
    assert simulated.observed_until["mentions"] == UNTIL - WORLD.mess.stopped_days * DAY
    assert simulated.observed_until["purchases"] == UNTIL


def test_some_customers_come_back(simulated: SimulatedCompany) -> None:
    terms = newest(simulated.tables["purchases"], "purchase_id").query("kind == 'order' and term_days > 0")

    assert terms.customer_id.duplicated().sum() > 10


def test_every_kind_of_purchase_occurs(simulated: SimulatedCompany) -> None:
    purchases = newest(simulated.tables["purchases"], "purchase_id")

    assert set(purchases.kind) == set(SOURCES["purchases"].column("kind").choices)
    assert (purchases[purchases.kind == "refund"].revenue < 0).all()
    assert purchases[purchases.kind.isin(["upgrade", "downgrade", "cancellation"])].term_days.isna().all()


def test_spending_has_a_heavy_tail(simulated: SimulatedCompany) -> None:
    spent = newest(simulated.tables["purchases"], "purchase_id").groupby("customer_id").revenue.sum()

    assert spent.nlargest(len(spent) // 10).sum() > 0.35 * spent.sum()


def test_weekends_and_the_turn_of_the_year_are_quiet(simulated: SimulatedCompany) -> None:
    at = simulated.tables["usage"].to_pandas().occurred_at

    by_day = at.dt.day_of_week.value_counts()
    last_week = ((at >= "2024-12-25") & (at < "2025-01-01")).sum()
    week_before = ((at >= "2024-12-04") & (at < "2024-12-11")).sum()

    assert by_day[[5, 6]].max() < 0.7 * by_day[[0, 1, 2, 3, 4]].min()
    assert last_week < 0.8 * week_before


def test_slow_onboarding_shows_before_it_costs(simulated: SimulatedCompany) -> None:
    truth = simulated.truth.customers.to_pandas().dropna(subset=["churn_90"])
    joined = newest(simulated.tables["customers"], "customer_id").set_index("customer_id").joined_at
    steps = newest(simulated.tables["milestones"], "milestone_id").query("milestone == 'first_report'").set_index("customer_id")
    days = (steps.reached_at - joined.reindex(steps.index)).dt.total_seconds() / 86_400

    risk = truth.groupby("customer_id").churn_90.mean().reindex(days.index)

    assert days.corr(risk, method="spearman") > 0.2


def test_some_mentions_cannot_be_told_who_they_are(simulated: SimulatedCompany) -> None:
    mentions = simulated.tables["mentions"]

    assert 0 < mentions["customer_id"].null_count < len(mentions)


@pytest.mark.parametrize(("customers", "years"), [(0, 3), (10, 0)])
def test_a_company_of_nobody_or_no_time_is_refused(customers: int, years: int) -> None:
    with pytest.raises(ImpossibleCompany, match="at least one"):
        simulate(customers, seed=0, years=years)


def test_one_customer_makes_a_company() -> None:
    company = simulate(1, seed=0, until=parse_time("2024-01-01"), years=1)

    assert len(company.tables["customers"]) >= 1
    assert np.isin(list(SOURCES), list(company.tables)).all()


def test_offers_are_of_the_kinds_the_shipped_company_file_gives_them(simulated: SimulatedCompany) -> None:
    offers = simulated.tables["offers"].to_pandas()
    kinds = {offer.id: offer.kind for offer in read_company(default_company_text("default")).offers}

    assert (offers.kind.isna() == (offers.offer_id == "nothing")).all()
    made = offers.dropna(subset=["kind"])
    assert (made.kind == made.offer_id.map(kinds)).all()
