"""That money, offers and the cost of winning are told as they fell due."""

from __future__ import annotations

import numpy as np
import pytest

from models.kpis.arithmetic.few import pooled_names
from models.kpis.arithmetic.observations import Staged
from models.kpis.subjects.economics import Amounts, Holders, Shown, money, products_held, still_open, taken, value_over_cost


def rows(count: int) -> Staged:
    return Staged(np.arange(count), np.zeros(count, np.int8), np.zeros(count, np.int64))


def test_money_counts_purchases_and_subtracts_what_tickets_cost() -> None:
    plain = rows(3)
    seen = money(Amounts(**vars(plain), amounts=np.array([100.0, np.nan, -9.0]), is_purchase=np.array([True, True, False])))

    assert seen.amounts.sum() == 91.0
    assert int(seen.counted.sum()) == 1


def holders(*, cost: list[float], brought: list[float], joined: bool = True) -> Holders:
    count, plain = len(cost), rows(len(cost))
    products, has_joined = np.arange(count) + 1.0, np.full(count, joined)
    return Holders(**vars(plain), products=products, cost=np.array(cost), brought=np.array(brought), has_joined=has_joined)


def test_what_is_still_to_recover_is_what_the_margin_does_not_cover() -> None:
    found = still_open(holders(cost=[50.0, 50.0, 40.0, np.nan], brought=[80.0, 20.0, -10.0, 5.0]))

    assert (found.customers, found.cost, found.to_recover) == (3, 140.0, 70.0)
    assert found.paid_back.value == pytest.approx(1 / 3)


def test_prospects_hold_no_products() -> None:
    assert products_held(holders(cost=[1.0, 1.0], brought=[0.0, 0.0])).figure().value == 1.5
    assert products_held(holders(cost=[1.0], brought=[0.0], joined=False)).figure().count == 0


def test_discounts_are_told_apart_from_other_offers() -> None:
    plain = rows(4)
    shown = Shown(**vars(plain), is_discount=np.array([True, True, False, False]), accepted=np.array([True, False, True, True]))

    assert taken(shown, discounts=True).figure().value == 0.5
    assert taken(shown, discounts=False).figure().value == 1.0


def test_value_over_cost_is_a_ratio_of_sums_of_who_cost_something() -> None:
    value, cost = np.array([30.0, 10.0, 99.0, 99.0]), np.array([10.0, 10.0, 0.0, np.nan])

    found = value_over_cost(rows(4), value=value, cost=cost).figure()

    assert (found.value, found.count) == (2.0, 2)


def test_groups_of_few_customers_lose_their_names() -> None:
    names = np.array(["web"] * 6 + ["fax"] * 6)
    customers = np.array([*range(6), *([7] * 6)])

    assert set(pooled_names(names, customers).tolist()) == {"web", "few"}
