"""How reasons are said: true of this customer, in the reader's language, with the number beside the usual one."""

from __future__ import annotations

import pytest

from models.explanation import LANGUAGES, Reason, code_of, text_of

NAN = float("nan")


def said(feature: str, effect: str, *, value: float, usual: float, language: str = "en", wanted: bool = False) -> str:
    reason = Reason(code_of(feature).name, feature, effect, 0.3, value, usual)
    return text_of(reason, language=language, wanted=wanted)


def test_little_use_that_raises_the_risk_is_called_little_use() -> None:
    text = said("usage_count_30d", "raises", value=2, usual=22)

    assert text == "Uses the product less than most customers (uses in 30 days: 2; usually 22)"


def test_much_use_that_raises_the_risk_is_not_called_little_use() -> None:
    assert said("usage_count_30d", "raises", value=40, usual=22) == (
        "How much the product is used: a warning sign (uses in 30 days: 40; usually 22)"
    )


def test_the_same_reason_is_said_in_each_language() -> None:
    assert [said("tickets_open", "raises", value=3, usual=0, language=language) for language in LANGUAGES] == [
        "Is waiting for open tickets to be resolved (open tickets: 3; usually 0)",
        "Aguarda a solução de chamados em aberto (chamados em aberto: 3; normalmente 0)",
        "Czeka na rozwiązanie otwartych zgłoszeń (otwarte zgłoszenia: 3; zwykle 0)",
    ]


def test_a_share_is_said_in_percent() -> None:
    assert "share of the tickets in 365 days: 50%; usually 10%" in said(
        "tickets_complaint_share_365d", "raises", value=0.5, usual=0.1
    )


def test_a_fraction_is_written_as_the_language_writes_it() -> None:
    texts = [said("usage_gap_mean_days", "raises", value=9.5, usual=2, language=language) for language in LANGUAGES]

    assert [number in text for number, text in zip(["9.5;", "9,5;", "9,5;"], texts, strict=True)] == [True] * 3


def test_who_was_never_delighted_is_not_said_to_have_been() -> None:
    text = said("tickets_delighted_share_365d", "lowers", value=0, usual=0)

    assert text.startswith("Has been positively surprised by our service as much as most customers or more")


@pytest.mark.parametrize("effect", ["raises", "lowers"])
def test_a_number_that_is_not_known_is_not_said_and_nothing_claimed_of_it(effect: str) -> None:
    sign = "warning" if effect == "raises" else "good"

    assert said("surveys_nps_last", effect, value=NAN, usual=7) == f"Willingness to recommend us (NPS): a {sign} sign"


def test_a_number_that_most_customers_have_not_stands_alone() -> None:
    assert said("tickets_days_since_complaint", "raises", value=12, usual=NAN) == (
        "Complaints: a warning sign (days since the last complaint: 12)"
    )


def test_being_as_most_customers_are_is_good_where_it_lowers_the_risk() -> None:
    assert said("tickets_open", "lowers", value=0, usual=0).startswith("Has no more open tickets than most customers")


def test_what_raises_the_chance_of_a_purchase_is_no_warning() -> None:
    text = said("purchases_days_30d", "raises", value=6, usual=2, wanted=True)

    assert text.startswith("Buys as often as most customers or more")


def test_a_code_that_takes_no_side_speaks_of_the_direction_alone() -> None:
    assert said("acquisition_cost", "lowers", value=5.5, usual=NAN) == (
        "Customers won in this way stay more often (cost of winning the customer: 5.5)"
    )


def test_what_makes_customers_leave_is_not_said_of_the_chance_that_they_accept() -> None:
    assert said("offer_valid_days", "raises", value=30, usual=30, wanted=True) == (
        "What kind of offer it is: a good sign (days the offer is valid: 30; usually 30)"
    )
