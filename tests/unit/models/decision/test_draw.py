"""Which candidate is drawn and how likely: by hand for small sets, and lots that only the secrets and the window move."""

from __future__ import annotations

import hashlib
import hmac

import numpy as np
import pytest

from models.decision.choices import best_of
from models.decision.draw import Lots, Secrets, Window, control_lot, drawn, lots, probabilities
from models.decision.policy import Shares

SECRETS = Secrets(control=b"c" * 32, draw=b"d" * 32)
WINDOW = Window(company="f" * 64, start=1_000)
SHARES = Shares(control=0.2, explore=0.5)
BOTH = np.array([True, True])


def test_the_best_gets_what_the_control_group_and_exploration_leave() -> None:
    eligible, best = np.array([[True, False, True]]), np.array([2])

    found = probabilities(eligible, best, shares=SHARES)[0]

    # n = 3: .2/3 + .8 x .5/3 = .2 each, and .8 x .5 = .4 more for the best
    assert found.tolist() == pytest.approx([0.2, 0.2, 0.0, 0.6])


def test_nothing_may_be_the_best() -> None:
    found = probabilities(np.array([[True]]), np.array([-1]), shares=SHARES)[0]

    assert found.tolist() == pytest.approx([0.7, 0.3])


def test_where_no_offer_passed_nothing_is_certain() -> None:
    found = probabilities(np.array([[False, False]]), np.array([-1]), shares=SHARES)[0]

    assert found.tolist() == pytest.approx([1.0, 0.0, 0.0])


def test_without_control_and_exploration_the_best_is_certain() -> None:
    found = probabilities(BOTH[None], np.array([1]), shares=Shares(0.0, 0.0))[0]

    assert found.tolist() == [0.0, 0.0, 1.0]


def test_each_customer_of_a_table_has_their_own_probabilities() -> None:
    eligible = np.array([[True, True], [False, True]])

    found = probabilities(eligible, np.array([0, -1]), shares=Shares(0.3, 0.0))

    assert found[0].tolist() == pytest.approx([0.1, 0.8, 0.1])
    assert found[1].tolist() == pytest.approx([0.85, 0.0, 0.15])


@pytest.mark.parametrize(
    ("lot", "arm", "place"),
    [
        (Lots(control=0.1999, explore=0.9, pick=0.0), "control", -1),
        (Lots(control=0.2, explore=0.4999, pick=0.0), "explore", -1),
        (Lots(control=0.2, explore=0.5, pick=0.0), "policy", 1),
        (Lots(control=0.0, explore=0.9, pick=0.34), "control", 0),
        (Lots(control=0.9, explore=0.0, pick=0.67), "explore", 1),
        (Lots(control=0.9, explore=0.0, pick=0.33), "explore", -1),
        (Lots(control=0.9, explore=0.0, pick=1.0), "explore", 1),
    ],
)
def test_the_lots_say_the_arm_and_the_place(lot, arm, place) -> None:
    found = drawn(BOTH, 1, lots=lot, shares=SHARES)

    assert (found.arm, found.place) == (arm, place)


def test_what_is_drawn_by_lot_is_something_that_passed() -> None:
    eligible = np.array([False, True, False, True])

    places = {drawn(eligible, 1, lots=Lots(0.0, 0.0, pick), shares=SHARES).place for pick in np.linspace(0, 0.999, 50)}

    assert places == {-1, 1, 3}


@pytest.mark.parametrize("lot", [Lots(0.0, 0.9, 0.5), Lots(0.9, 0.0, 0.5), Lots(0.9, 0.9, 0.5)])
def test_the_probability_is_that_of_the_choice_over_all_arms(lot) -> None:
    found = drawn(BOTH, 1, lots=lot, shares=SHARES)

    expected = {0: 0.2, 1: 0.6, -1: 0.2}[found.place]
    assert found.probability == pytest.approx(expected)


def test_the_probability_of_what_is_drawn_by_lot_belongs_to_it_and_not_to_the_best() -> None:
    by_lot = drawn(BOTH, 1, lots=Lots(0.9, 0.0, 0.0), shares=SHARES)
    in_control = drawn(BOTH, 1, lots=Lots(0.0, 0.0, 0.0), shares=SHARES)

    assert by_lot.probability == in_control.probability == pytest.approx(0.2)


def test_of_equal_priorities_the_first_of_the_file_wins_and_nothing_before_all() -> None:
    priority = np.array([[2.0, 2.0], [0.0, 0.0], [-1.0, 5e-324], [1.0, 3.0]])

    assert best_of(priority, np.ones((4, 2), bool)).tolist() == [0, -1, 1, 1]


def test_the_best_has_passed_every_gate() -> None:
    priority = np.array([[9.0, 2.0], [9.0, 2.0]])

    assert best_of(priority, np.array([[False, True], [False, False]])).tolist() == [1, -1]


def test_an_unknown_priority_never_wins() -> None:
    assert best_of(np.array([[np.nan, 1.0], [np.nan, -1.0]]), np.ones((2, 2), bool)).tolist() == [1, -1]


def test_the_lots_are_the_first_bits_of_the_secrets_digests() -> None:
    found = lots(SECRETS, "c1", window=WINDOW)

    control = hmac.new(b"c" * 32, b"control\0c1", hashlib.sha256).digest()
    seed = hmac.new(b"d" * 32, b"draw\0" + b"f" * 64 + b"\x001000\0c1", hashlib.sha256).digest()
    digests = (control[:8], seed[:8], seed[8:16])
    assert (found.control, found.explore, found.pick) == tuple((int.from_bytes(one, "big") >> 11) / 2**53 for one in digests)


def test_a_customer_is_of_the_control_group_for_good() -> None:
    other = Window(company="0" * 64, start=2_000)

    first, second = (lots(SECRETS, "c1", window=window) for window in (WINDOW, other))

    assert first.control == second.control == control_lot(SECRETS.control, "c1")
    assert first.explore != second.explore
    assert first.pick != second.pick


@pytest.mark.parametrize(
    "changed", [Window("0" * 64, 1_000), Window("f" * 64, 1_001)], ids=["another company file", "another window"]
)
def test_company_file_and_window_each_draw_anew(changed) -> None:
    assert lots(SECRETS, "c1", window=changed).pick != lots(SECRETS, "c1", window=WINDOW).pick


def test_customers_and_secrets_each_draw_their_own() -> None:
    here = lots(SECRETS, "c1", window=WINDOW)
    another_customer = lots(SECRETS, "c2", window=WINDOW)
    another_secret = lots(Secrets(b"x" * 32, b"y" * 32), "c1", window=WINDOW)

    for other in (another_customer, another_secret):
        assert len({here.control, other.control, here.explore, other.explore, here.pick, other.pick}) == 6


def test_lots_lie_evenly_between_0_and_1() -> None:
    found = np.array([control_lot(SECRETS.control, f"c{number}") for number in range(4_000)])

    counts = np.histogram(found, bins=10, range=(0.0, 1.0))[0]
    assert counts.sum() == 4_000
    assert float(((counts - 400) ** 2 / 400).sum()) < 27.9  # chi-square of 9 degrees, one in a thousand
