from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from features.home import Home
from training.simulated import SimulatedCompany, write_truth
from training.simulated.world import STAGES, WORLD

GRACE = pd.Timedelta(days=14)


@pytest.fixture(scope="module")
def truth(simulated: SimulatedCompany) -> pd.DataFrame:
    return simulated.truth.customers.to_pandas()


@pytest.fixture(scope="module")
def contracts(simulated: SimulatedCompany) -> pd.DataFrame:
    """Terms and cancellations as they really were, with the moment each ends and the next one begins."""
    rows = simulated.tables["purchases"].to_pandas().sort_values("known_at").drop_duplicates("purchase_id", keep="last")
    rows = rows[rows.term_days.notna() | (rows.kind == "cancellation")].sort_values(["customer_id", "occurred_at"])
    end = rows.occurred_at + pd.to_timedelta(rows.term_days.fillna(0), unit="D")
    return rows.assign(end=end, next=rows.groupby("customer_id").occurred_at.shift(-1))


def left_within(contracts: pd.DataFrame, ids: pd.Index, as_of: pd.Timestamp, days: int) -> pd.Series:
    until = as_of + pd.Timedelta(days=days)
    lapses = contracts[(contracts.next.isna() | (contracts.next > contracts.end + GRACE)) & (contracts.kind != "cancellation")]
    gone = pd.concat(
        [lapses.assign(at=lapses.end), contracts[contracts.kind == "cancellation"].assign(at=lambda rows: rows.occurred_at)]
    )
    gone = gone[(gone["at"] >= as_of) & (gone["at"] < until) & (gone.occurred_at < until)]
    return pd.Series(ids.isin(gone.customer_id), index=ids)


def test_those_who_can_get_no_offer_leave_as_often_as_the_truth_says(
    truth: pd.DataFrame, contracts: pd.DataFrame, simulated: SimulatedCompany
) -> None:
    offered = simulated.tables["offers"].to_pandas().customer_id
    consent = simulated.tables["customers"].to_pandas().groupby("customer_id").consent.first()
    reachable = consent.index[consent.str.len() > 0].union(offered)
    untouched = truth.dropna(subset=["churn_90"])
    untouched = untouched[~untouched.customer_id.isin(reachable)]
    months = [
        (as_of, rows.set_index("customer_id"))
        for as_of, rows in untouched.groupby("as_of")
        if as_of < pd.Timestamp("2025-09-01", tz="UTC")
    ]

    expected = sum(rows.churn_90.sum() for _, rows in months)
    found = sum(left_within(contracts, rows.index, as_of, 90).sum() for as_of, rows in months)

    assert found == pytest.approx(expected, rel=0.25)


def test_the_truth_ranks_who_leaves(truth: pd.DataFrame, contracts: pd.DataFrame) -> None:
    as_of = pd.Timestamp("2025-06-01", tz="UTC")
    rows = truth[truth.as_of == as_of].dropna(subset=["churn_90"]).set_index("customer_id")
    left = left_within(contracts, rows.index, as_of, 90)

    ranks = rows.churn_90.rank()
    auc = (ranks[left].sum() - left.sum() * (left.sum() + 1) / 2) / (left.sum() * (~left).sum())

    assert 0.75 < auc < 0.95
    assert 0.05 < left.mean() < 0.2


def test_the_truth_is_told_of_contracts_in_force_only(truth: pd.DataFrame) -> None:
    without = truth.stage.isin(["prospect", "lapsed"])

    assert truth[without].churn_90.isna().all()
    assert truth[~without].churn_90.notna().all()
    assert set(truth.stage) == set(STAGES)


def test_risk_grows_with_the_horizon_and_the_regime(truth: pd.DataFrame) -> None:
    known = truth.dropna(subset=["churn_90"])
    by_regime = known.groupby("regime").churn_90.mean()

    assert (known.churn_30 <= known.churn_60).all()
    assert (known.churn_60 <= known.churn_90).all()
    assert by_regime["growing"] < by_regime["steady"] < by_regime["fading"]


def test_the_expected_margin_is_near_the_realised_one(truth: pd.DataFrame) -> None:
    known = truth.dropna(subset=["expected_margin_90", "realised_margin_90"])
    usual = known[known.expected_margin_90 < known.expected_margin_90.quantile(0.99)]

    assert usual.realised_margin_90.mean() == pytest.approx(usual.expected_margin_90.mean(), rel=0.15)


def test_every_offer_has_an_effect_for_every_contract(truth: pd.DataFrame) -> None:
    effects = truth.dropna(subset=["churn_90"])[[f"effect_{offer.offer_id}" for offer in WORLD.offers.catalogue]]

    assert effects.notna().all().all()
    assert (effects.min(axis=1) < 0).mean() > 0.9


def test_the_truth_is_written_once_and_for_all(simulated: SimulatedCompany, tmp_path: Path) -> None:
    home = Home(tmp_path)

    path, again = write_truth(home, simulated.truth), write_truth(home, simulated.truth)

    assert path == again
    assert path.parent == home.root / "truth"
    assert pq.read_table(path).equals(simulated.truth.customers)


def test_rewards_are_what_the_books_say(simulated: SimulatedCompany) -> None:
    offers = simulated.tables["offers"].to_pandas().dropna(subset=["reward"]).drop_duplicates("exposure_id")
    books = simulated.tables["purchases"].to_pandas().sort_values("known_at").drop_duplicates("purchase_id", keep="last")
    for row in offers[offers.offer_id == "nothing"].head(50).itertuples():
        inside = (
            (books.customer_id == row.customer_id) & (books.occurred_at >= row.decided_at) & (books.occurred_at < row.reward_at)
        )
        assert row.reward == pytest.approx(books[inside].margin.sum(), abs=0.06)
    assert np.isfinite(offers.reward).all()
