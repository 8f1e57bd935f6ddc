"""What a model reads of an offer, of its match with a customer, and of the customer's answers so far."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.acceptance import (
    MATCH_NAMES,
    OfferFacts,
    PastAnswers,
    PastPurchases,
    answer_columns,
    match_columns,
    offer_columns,
    offer_names,
)
from models.acceptance.offers import OfferInvalid
from models.rows import Rows


def match(bought: list[tuple[int, str, str, float]], offer: OfferFacts, *, customers: int) -> list[dict[str, float]]:
    rows = match_columns(purchases(bought), offer, customers=customers)
    return [dict(zip(MATCH_NAMES, row.tolist(), strict=True)) for row in rows]


def purchases(bought: list[tuple[int, str, str, float]]) -> PastPurchases:
    whose, products, categories, days = zip(*bought, strict=True) if bought else ((), (), (), ())
    return PastPurchases(
        np.array(whose, np.intp), pa.array(products, pa.string()), pa.array(categories, pa.string()), np.array(days, np.float64)
    )


def test_an_offer_of_a_type_never_learned_from_has_columns_all_the_same(two_coupons: OfferFacts) -> None:
    known, new = two_coupons, replace(two_coupons, type="points")

    names = offer_names(["coupons"])
    columns = [dict(zip(names, offer_columns(each, types=["coupons"]).tolist(), strict=True)) for each in (known, new)]

    assert columns[0]["offer_benefits"] == columns[1]["offer_benefits"] == 2
    assert [each["offer_of_coupons"] for each in columns] == [1.0, 0.0]


def test_an_offer_needs_a_product_for_each_benefit(two_coupons: OfferFacts) -> None:
    with pytest.raises(OfferInvalid, match="found 3 and 1"):
        replace(two_coupons, products=pa.array(["milk"]))


def test_a_benefit_counts_once_however_much_of_its_products_was_bought(two_coupons: OfferFacts) -> None:
    bought = [(0, "milk", "dairy", 3.0), (0, "milk", "dairy", 200.0), (0, "cheese", "dairy", 100.0), (0, "soap", "home", 1.0)]

    (found,) = match(bought, two_coupons, customers=1)

    assert (found["match_benefits"], found["match_benefits_share"]) == (1.0, 0.5)
    assert (found["match_lines"], found["match_lines_90d"], found["match_days_since_last"]) == (3.0, 1.0, 3.0)


def test_shares_are_of_all_lines_and_categories_reach_further_than_products(two_coupons: OfferFacts) -> None:
    bought = [(1, "bread", "bakery", 5.0), (1, "cake", "bakery", 5.0), (1, "soap", "home", 5.0), (1, "tyre", "car", 5.0)]

    nobody, somebody = match(bought, two_coupons, customers=2)

    assert (somebody["match_share"], somebody["match_category_share"]) == (0.25, 0.5)
    assert np.isnan(nobody["match_share"])
    assert (nobody["match_lines"], nobody["match_benefits"]) == (0.0, 0.0)


def test_a_product_good_for_two_benefits_counts_for_both(two_coupons: OfferFacts) -> None:
    both = replace(two_coupons, products=pa.array(["milk", "bread", "bread"]))

    (found,) = match([(0, "bread", "bakery", 1.0)], both, customers=1)

    assert found["match_benefits"] == 2.0


lines = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(["milk", "cheese", "bread", "soap"]),
        st.sampled_from(["dairy", "home"]),
        st.floats(0, 400),
    )
)


@given(lines, st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_nothing_and_shares_are_shares(
    bought: list[tuple[int, str, str, float]], random: Random
) -> None:
    offer = OfferFacts("coupons", 30, np.array([0, 1], np.int32), pa.array(["milk", "bread"]), pa.array(["dairy"]))
    shuffled = random.sample(bought, len(bought))

    once, again = (match_columns(purchases(each), offer, customers=4) for each in (bought, shuffled))

    assert once.tobytes() == again.tobytes()
    assert all(_is_share(once[:, MATCH_NAMES.index(name)]) for name in MATCH_NAMES if name.endswith("share"))


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.booleans())))
def test_the_rates_of_answers_are_chances_and_move_with_each_answer(answers: list[tuple[int, bool, bool]]) -> None:
    whose, same, accepted = (np.array(column) for column in zip(*answers, strict=True)) if answers else (np.empty(0),) * 3
    past = PastAnswers(whose.astype(np.intp), same.astype(bool), accepted.astype(bool))
    more = PastAnswers(np.append(past.customers, 0), np.append(past.same_type, True), np.append(past.accepted, True))

    before, after = (answer_columns(each, customers=4) for each in (past, more))

    assert ((before[:, :2] > 0) & (before[:, :2] < 1)).all()
    assert (after[0, :2] > before[0, :2]).all()
    assert np.array_equal(before[1:], after[1:])


def _is_share(column: Rows) -> bool:
    known = column[~np.isnan(column)]
    return bool(((known >= 0) & (known <= 1)).all())
