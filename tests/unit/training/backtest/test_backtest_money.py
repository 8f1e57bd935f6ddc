"""What calling would have brought, on stated terms: each departure kept once, every call paid for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from features.company import default_company_text, read_company
from features.reports.backtest import Terms
from training.backtest.lists import Lists
from training.backtest.measured import measured, net_by_money
from training.backtest.money import Calls, TermsAsked, break_even, savings, terms_of

Build = Callable[..., Lists]
TERMS = Terms(2, 0.5, 4.0, 6.0, {}, "margin", "EUR")


def judged(lists: Lists, terms: Terms = TERMS) -> dict[str, dict[str, float]]:
    found = measured(lists, Calls.of(lists, rest_days=90), terms=terms, seed=0)
    return {name: {measure: each.value for measure, each in figures.items()} for name, figures in found.methods.items()}


def test_a_leaver_called_is_kept_by_the_share_and_everybody_called_costs(make_lists: Build, make_life: Any) -> None:
    lives = [make_life(left_on=40, margin=300.0), make_life()]

    found = judged(make_lists(lives, {"model": [[1], [1]]}))["model"]

    assert found == {
        "listed": 2.0, "precision": 0.5, "recall": 1.0, "calls": 2.0, "kept": 150.0, "cost": 20.0, "net": 130.0
    }  # fmt: skip


def test_a_departure_that_lies_ahead_of_three_lists_is_kept_once(make_lists: Build, make_life: Any) -> None:
    found = judged(make_lists([make_life(left_on=80, margin=300.0)], {"model": [[1, 1, 1]]}))["model"]

    assert (found["calls"], found["kept"]) == (1.0, 150.0)


def test_who_left_without_being_called_is_not_kept(make_lists: Build, make_life: Any) -> None:
    found = judged(make_lists([make_life(left_on=40), make_life()], {"model": [[0], [1]]}))["model"]

    assert (found["kept"], found["recall"], found["net"]) == (0.0, 0.0, -10.0)


def test_calling_pays_from_the_share_at_which_what_is_kept_covers_the_cost(make_lists: Build, make_life: Any) -> None:
    lists = make_lists([make_life(left_on=40, margin=100.0), make_life()], {"model": [[1], [1]]})
    calls = Calls.of(lists, rest_days=90)

    pays_from = break_even(lists, calls, terms=TERMS, seed=0)["model"].value
    nets = {each.save_share: each.net["model"] for each in savings(calls, terms=TERMS)}

    assert pays_from == pytest.approx(0.2)  # 2 calls at 10 for 100
    assert nets[0.2] == pytest.approx(0.0)
    assert nets[0.0] == -20.0


def test_methods_are_set_beside_one_another_on_the_same_customers(make_lists: Build, make_life: Any) -> None:
    lives = [make_life(left_on=40), make_life()]
    lists = make_lists(lives, {"model": [[1], [0]], "model_by_money": [[1], [0]], "health": [[0], [1]]})
    calls = Calls.of(lists, rest_days=90)

    found = measured(lists, calls, terms=TERMS, seed=0)
    beside = net_by_money(lists, calls, terms=TERMS, seed=0)

    assert found.differences["health"]["precision"].value == 1.0
    assert beside["health"].value == 50.0
    assert found.most_recall == 1.0


def test_without_amounts_nothing_is_told_of_money(make_lists: Build, make_life: Any) -> None:
    terms = Terms(2, 0.5, 4.0, 6.0, {}, None, "EUR")

    assert set(judged(make_lists([make_life(left_on=40)], {"model": [[1]]}), terms)["model"]) == {"listed", "precision", "recall"}


def test_where_nothing_says_which_share_stays_only_the_share_that_pays_is_told(make_lists: Build, make_life: Any) -> None:
    terms = Terms(2, None, 4.0, 6.0, {}, "margin", "EUR")
    lists = make_lists([make_life(left_on=40)], {"model": [[1]]})

    assert {"calls", "cost"} <= set(judged(lists, terms)["model"])
    assert not {"kept", "net"} & set(judged(lists, terms)["model"])
    assert break_even(lists, Calls.of(lists, rest_days=90), terms=terms, seed=0)["model"].value == pytest.approx(0.1)


def test_a_company_without_retention_offer_does_not_say_which_share_stays() -> None:
    company = read_company(default_company_text("grocery"))

    terms = terms_of(company, TermsAsked(), money="revenue")

    assert (terms.save_share, terms.offer_cost) == (None, 0.0)
    assert terms.sources["save_share"] == "no retention offer in the company file"


def test_terms_come_from_the_first_retention_offer_and_the_dearest_of_its_channels() -> None:
    company = read_company(default_company_text("default"))

    terms = terms_of(company, TermsAsked(), money="margin")

    assert (terms.capacity, terms.save_share, terms.contact_cost, terms.offer_cost) == (200, 0.3, 4.0, 20.0)
    assert terms.sources["save_share"] == "incrementality of the offer retention_discount"


def test_what_is_asked_for_goes_before_the_company_file() -> None:
    company = read_company(default_company_text("default"))

    terms = terms_of(company, TermsAsked(capacity=5, save_share=0.0, contact_cost=0.0), money="margin")

    assert (terms.capacity, terms.save_share, terms.contact_cost) == (5, 0.0, 0.0)
    assert terms.sources["capacity"] == "as asked for"
