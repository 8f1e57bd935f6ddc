"""That groups are held beside the best of their kind, and that few are told and not judged."""

from __future__ import annotations

import numpy as np
import pytest

from models.kpis.subjects.recoveries import Grants, grants_by_group


def crowd(**groups):
    """Return customers who all complained: by group how many, how many of them were granted something, and how much each."""
    names = np.repeat(np.array(list(groups)), [count for count, _, _ in groups.values()])
    places, amounts = [], []
    for name, (_, granted, amount) in groups.items():
        places += np.flatnonzero(names == name)[:granted].tolist()
        amounts += [float(amount)] * granted
    grants = Grants(np.array(places, np.int64), np.array(amounts))
    found = grants_by_group(np.arange(len(names)), grants, {"country": names})
    return {line.group: line for line in found}


def test_groups_granted_alike_are_alike():
    found = crowd(pl=(100, 50, 20), pt=(100, 48, 19))

    assert {line.verdict for line in found.values()} == {"alike"}
    assert (found["pl"].grant_rate, found["pl"].rate_ratio, found["pt"].mean_amount) == (0.5, 1.0, 19.0)


def test_a_group_granted_half_as_often_is_below_for_sure():
    found = crowd(pl=(400, 200, 20), pt=(400, 80, 20))

    assert found["pt"].verdict == "below_for_sure"
    assert found["pt"].rate_ratio == pytest.approx(0.4)
    assert found["pt"].rate_low < 0.4 < found["pt"].rate_high < 0.8


def test_a_group_that_may_be_below_by_chance_is_below_and_no_more():
    assert crowd(pl=(30, 15, 20), pt=(30, 11, 20))["pt"].verdict == "below"


def test_a_group_granted_as_often_and_much_less_is_below():
    found = crowd(pl=(100, 50, 40), pt=(100, 50, 20))

    assert (found["pt"].verdict, found["pt"].amount_ratio) == ("below", 0.5)


def test_few_are_told_and_not_judged():
    found = crowd(pl=(100, 50, 20), pt=(19, 0, 0))

    assert (found["pt"].verdict, found["pt"].complained, found["pt"].rate_ratio) == ("too_few", 19, None)
    assert found["pl"].verdict == "too_few"  # there is nobody to be compared with


def test_where_nothing_was_granted_nothing_is_compared():
    assert {line.verdict for line in crowd(pl=(100, 0, 0), pt=(100, 0, 0)).values()} == {"too_few"}


def test_who_did_not_complain_does_not_count():
    names = np.array(["pl"] * 40 + ["pt"] * 40)
    grants = Grants(np.arange(80), np.ones(80))

    found = grants_by_group(np.arange(60), grants, {"country": names})

    assert {line.group: (line.complained, line.granted) for line in found} == {"pl": (40, 40), "pt": (20, 20)}


def test_two_grants_to_one_customer_are_one_customer_who_got_their_sum():
    names = np.array(["pl"] * 20)

    twice = Grants(np.repeat(np.arange(5), 2), np.array([5.0, 7.0] * 5))

    (found,) = grants_by_group(np.arange(20), twice, {"country": names})

    assert (found.granted, found.mean_amount) == (5, 12.0)


def test_of_fewer_than_five_neither_rate_nor_amount_is_told():
    found = crowd(pl=(4, 4, 20), pt=(100, 4, 20))

    assert (found["pl"].granted, found["pl"].grant_rate, found["pl"].mean_amount) == (4, None, None)
    assert (found["pt"].grant_rate, found["pt"].mean_amount) == (0.04, None)
