"""Figures of the decision system as a whole: a note first, an alarm later, in either direction."""

from __future__ import annotations

import pytest

from training.monitoring.deciding.limits import LIMITS, findings_of_limits, held_against


@pytest.mark.parametrize(
    ("measure", "figure", "level"),
    [
        ("customers_without_offer", 0.30, None),
        ("customers_without_offer", 0.31, "note"),
        ("customers_without_offer", 0.91, "alarm"),
        ("offers_available", 7.0, None),
        ("offers_available", 6.9, "note"),
        ("offers_available", 1.9, "note"),
        ("mature_offers", 0.6, "note"),
        ("mature_offers", 0.4, "note"),
        ("offers_without_answers", 0.1, None),
        ("offers_without_answers", 0.2, "note"),
        ("offers_without_answers", 0.5, "alarm"),
    ],
)
def test_a_figure_is_judged_by_its_own_limits(measure: str, figure: float, level: str | None) -> None:
    found = [finding.level for finding in findings_of_limits([held_against(measure, figure, rests_on=10)])]

    assert found == ([level] if level else [])


def test_a_finding_names_figure_limit_and_what_to_do() -> None:
    (found,) = findings_of_limits([held_against("mature_offers", 0.25, rests_on=8)])

    assert (found.figure, found.limit) == (0.25, 0.5)
    assert found.text == "share of offers that have seen enough acceptances: 0.25, least is 0.5"
    assert found.advice == LIMITS["mature_offers"].advice


def test_a_narrow_catalogue_is_told_with_the_least_that_is_ever_right_and_is_no_incident() -> None:
    (found,) = findings_of_limits([held_against("offers_available", 0.5, rests_on=900)])

    assert (found.level, found.limit) == ("note", 2.0)
