"""Who is a high performer, what high performers share while new, and who resembles them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.lookalikes import NewCustomers, TooFewNewCustomers, fit_likeness, high_performers, is_new, traits_of

NAMES = ("purchases_days_since_first", "orders", "orders_again", "noise", "code_of_segment")


def cohort(customers: int = 600, *, seed: int = 0) -> NewCustomers:
    """Build new customers whose orders while new foretell what they bring; the same column stands there twice."""
    random = np.random.default_rng(seed)
    orders = random.poisson(3, customers)
    columns = [random.integers(0, 90, customers), orders, orders, random.normal(size=customers), random.integers(0, 5, customers)]
    value = orders * 20 + random.normal(0, 15, customers)
    return NewCustomers(np.column_stack(columns).astype(np.float32), NAMES, value, np.repeat([0, 1], customers // 2))


def test_who_bought_first_ninety_days_ago_is_new_no_more() -> None:
    rows = np.array([[0], [89.9], [90], [np.nan]], np.float32)

    assert is_new(rows, NAMES[:1]).tolist() == [True, True, False, False]


def test_high_performers_are_a_tenth_of_those_equally_old_at_the_same_moment() -> None:
    found = cohort()

    high = high_performers(found)

    for moment in (0, 1):
        for band in (0, 1, 2):
            group = (found.as_ofs == moment) & (found.rows[:, 0] // 30 == band)
            assert 0.1 <= high[group].mean() <= 0.1 + 1 / group.sum()
            assert found.value[group & high].min() > found.value[group & ~high].max()


def test_nobody_who_brought_nothing_is_a_high_performer() -> None:
    found = cohort()

    assert not high_performers(replace(found, value=np.zeros(len(found.value)))).any()


def test_a_trait_that_repeats_another_is_left_out_and_noise_is_none() -> None:
    found = cohort()

    traits = traits_of(found.rows, NAMES, high=high_performers(found))

    assert [trait.feature for trait in traits] == ["orders"]
    assert traits[0].high > traits[0].others
    assert traits[0].tells > 0.8


def test_codes_of_texts_are_no_traits() -> None:
    rows = np.array([[1.0], [1.0], [9.0], [9.0]], np.float32)

    assert traits_of(rows, ("code_of_segment",), high=np.arange(4) > 1) == ()


def test_a_trait_may_be_having_less() -> None:
    rows = np.array([[1.0], [2.0], [8.0], [9.0]], np.float32)

    trait = traits_of(rows, ("gap",), high=np.arange(4) < 2)[0]

    assert (trait.high, trait.others, trait.tells) == (1.5, 8.5, 0.0)
    assert trait.shared_by(np.array([1.0, 9.0, np.nan], np.float32)).tolist() == [True, False, False]


def test_who_shows_what_high_performers_showed_resembles_them() -> None:
    likeness, later = fit_likeness(cohort()), cohort(seed=1)

    alike = likeness.resembles(later.rows, NAMES)

    assert later.rows[alike, 1].mean() > later.rows[~alike, 1].mean() + 2
    assert high_performers(later)[alike].mean() > 4 * high_performers(later)[~alike].mean()
    assert all([trait.feature for trait in shared] == ["orders"] for shared in likeness.shared(later.rows[alike]))


@pytest.mark.parametrize("customers", [0, 198])
def test_too_few_are_refused_with_what_was_found(customers: int) -> None:
    with pytest.raises(TooFewNewCustomers, match=f"needed 200 customers .* found {customers}"):
        fit_likeness(cohort(customers))
