"""That what cannot be served, or learned from answers nobody could know yet, is refused, and that nothing opens those gates."""

from __future__ import annotations

import pytest

from features.times import DAY
from training.gates.artefact import Speed, golden_rows, latency, mature_labels, same_question, same_schema


def test_other_columns_than_those_served_are_refused_by_name_and_no_override_opens_that() -> None:
    result = same_schema(["s", "a", "b"], ["s", "a", "c"])

    assert (result.verdict, result.absolute) == ("refused", True)
    assert "b, c" in result.reason


@pytest.mark.parametrize("served", [["s", "b", "a"], ["other meaning", "a", "b"]])
def test_the_same_columns_in_another_order_or_meaning_are_refused(served: list[str]) -> None:
    assert same_schema(["s", "a", "b"], served).verdict == "refused"
    assert same_schema(served, served).verdict == "passed"


def test_a_model_for_other_horizons_is_refused_naming_what_differs() -> None:
    asked = {"definition": "activity", "horizons_days": [30, 90]}

    assert same_question(asked, asked).verdict == "passed"
    assert "horizons_days" in same_question(asked, {**asked, "horizons_days": [30, 60]}).reason


def test_a_failed_trial_is_the_reason_itself() -> None:
    assert golden_rows("it died").reason == "it died"
    assert golden_rows(None).verdict == "passed"


@pytest.mark.parametrize(("purchases", "verdict"), [(190, "passed"), (189, "refused")])
def test_rows_whose_horizon_was_not_over_are_refused_naming_the_source(purchases: int, verdict: str) -> None:
    observed = {"usage": 500 * DAY, "purchases": purchases * DAY}

    result = mature_labels(100 * DAY, gap_days=90, observed_until=observed)

    assert (result.verdict, result.absolute) == (verdict, True)
    assert "purchases until 1970-07" in result.figure
    assert verdict == "passed" or "purchases was not observed that far" in result.reason


def test_a_candidate_that_says_nothing_of_what_was_observed_is_refused() -> None:
    assert mature_labels(0, gap_days=90, observed_until={}).verdict == "refused"


@pytest.mark.parametrize(("speed", "verdict"), [((3.0, 0.02), "passed"), ((21.0, 0.02), "refused"), ((3.0, 0.6), "refused")])
def test_a_model_too_slow_for_a_page_or_for_a_night_is_refused_with_its_time(speed: tuple[float, float], verdict: str) -> None:
    result = latency(Speed(*speed))

    assert result.verdict == verdict
    assert f"{speed[0]:.3g} ms" in result.figure
