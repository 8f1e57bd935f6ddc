"""That the report counts what the expansion guard held back, by offer, and only what had come of it by then."""

from __future__ import annotations

from features.company import default_company_text, read_company
from features.times import DAY, format_time, parse_time
from training.kpis.reading.held_back import HeldBack, held_offers, held_since

NOW = parse_time("2026-01-01")
COMPANY = read_company(default_company_text("default"))
OFFER = COMPANY.offers[0]


def held(customer: str, offer: str = OFFER.id, *, shown: int | None = None, accepted: int | None = None) -> HeldBack:
    return HeldBack(customer, offer, NOW - 40 * DAY, shown, accepted)


def test_each_offer_held_back_is_counted_with_what_came_of_it() -> None:
    cases = [held("c1"), held("c2", shown=NOW - DAY), held("c3", shown=NOW - 3 * DAY, accepted=NOW - 2 * DAY)]

    (found,) = held_offers(cases, COMPANY, as_of=NOW)

    assert (found.name, found.customers, found.shown_later, found.accepted_later) == (OFFER.name, 3, 2, 1)
    assert found.since == format_time(held_since(NOW)) == "2025-10-03T00:00:00Z"


def test_what_came_after_the_moment_of_the_report_is_not_in_it() -> None:
    (found,) = held_offers([held("c1", shown=NOW, accepted=NOW + DAY)], COMPANY, as_of=NOW)

    assert (found.shown_later, found.accepted_later) == (0, 0)


def test_the_offer_held_back_most_comes_first_and_one_that_is_gone_goes_by_its_id() -> None:
    found = held_offers([held("c1"), held("c1", "old"), held("c2", "old")], COMPANY, as_of=NOW)

    assert [(each.name, each.customers) for each in found] == [("old", 2), (OFFER.name, 1)]
