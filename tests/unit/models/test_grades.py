"""Grades: the letter follows from the figures beside named baselines, and too little data earns none but F."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.grades import Beside, Evidence, grade

BETTER, UNSURE, WORSE = (-0.1, -0.2, -0.05), (-0.01, -0.03, 0.01), (0.1, 0.05, 0.2)


def evidence(prior: tuple[float, float, float] = BETTER, rfm: tuple[float, float, float] = BETTER) -> Evidence:
    beside = (Beside("rfm_logistic", *rfm), Beside("prior", *prior))
    return Evidence(rows=1_000, happened=300, customers=700, least="prior", beside=beside, level=0.05)


@pytest.mark.parametrize(
    ("found", "letter"),
    [
        (evidence(), "A"),
        (replace(evidence(), level=None), "A"),
        (replace(evidence(), level=-0.15), "B"),
        (replace(evidence(), level=0.3), "C"),
        (evidence(rfm=UNSURE), "B"),
        (evidence(rfm=WORSE), "C"),
        (evidence(prior=UNSURE), "F"),
        (replace(evidence(), rows=199), "F"),
        (replace(evidence(), happened=49), "F"),
        (replace(evidence(), happened=951), "F"),
        (replace(evidence(), beside=()), "F"),
    ],
)
def test_the_letter_follows_from_the_figures(found: Evidence, letter: str) -> None:
    assert grade(found).letter == letter


def test_who_abstains_says_why_and_which_rule_answers_instead() -> None:
    found = grade(replace(evidence(), rows=150))

    assert found.fallback == "rfm_logistic"
    assert "150 rows were graded, and from fewer than 200 nothing can be told" in found.words
    assert grade(evidence()).fallback is None


def test_every_baseline_is_named_with_its_figures() -> None:
    assert grade(evidence()).figures == (
        "-0.1000 [-0.2000, -0.0500] beside rfm_logistic",
        "-0.1000 [-0.2000, -0.0500] beside prior",
        "the total foretold is +5.0% off what came",
        "1000 rows graded, to 300 of which it happened",
    )


def test_a_small_base_is_said_to_be_one() -> None:
    assert "learned from 120 customers, under 500" in grade(replace(evidence(), customers=120)).words
