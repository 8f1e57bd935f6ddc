"""Which reasons are given: the strongest meanings first, each by its most telling feature, and none that hardly moves."""

from __future__ import annotations

import numpy as np
import pytest

from models.churn import ChurnModel
from models.examples import Examples
from models.explanation import MOST_REASONS, FeatureWithoutReason, reasons
from models.explanation.strongest import Grouping, Reasons

NAMES = ("usage_count_7d", "usage_count_30d", "tickets_open", "surveys_nps_last", "tenure_days")


def reasons_of(*added: float) -> list[tuple[str, str, str, float]]:
    grouping = Grouping.of(NAMES)
    table = grouping.strongest(np.array([added]), np.arange(5, dtype=np.float32)[None])
    held = Reasons(table, grouping.codes, NAMES, usual=(0.0,) * 5).of(0)
    return [(reason.code, reason.feature, reason.effect, round(reason.contribution, 3)) for reason in held]


def test_windows_of_one_meaning_count_together_and_the_strongest_comes_first() -> None:
    assert reasons_of(0.2, 0.3, 0.4, -0.6, 0.1) == [
        ("recommendation", "surveys_nps_last", "lowers", -0.6),
        ("usage_level", "usage_count_30d", "raises", 0.5),
        ("tickets_open", "tickets_open", "raises", 0.4),
    ]


def test_the_feature_told_pulls_the_way_its_code_does() -> None:
    assert reasons_of(-0.7, 1.0, 0.0, 0.0, 0.0) == [("usage_level", "usage_count_30d", "raises", 0.3)]
    assert reasons_of(-1.0, 0.7, 0.0, 0.0, 0.0) == [("usage_level", "usage_count_7d", "lowers", -0.3)]


def test_what_hardly_moves_the_answer_is_no_reason() -> None:
    assert reasons_of(0.01, 0.01, 0.04, -0.049, 0.0) == []


def test_a_reason_shows_the_number_of_the_customer_and_the_usual_one(model: ChurnModel, examples: Examples) -> None:
    given = reasons(model, examples.rows, names=examples.names, horizon_days=90)

    for row in range(50):
        for reason in given.of(row):
            place = examples.names.index(reason.feature)
            assert reason.value == pytest.approx(float(examples.rows[row, place]), nan_ok=True)
            assert reason.usual == pytest.approx(float(np.nanmedian(examples.rows[:, place])))


def test_a_row_that_is_not_held_has_no_reasons(model: ChurnModel, examples: Examples) -> None:
    given = reasons(model, examples.rows[:3], names=examples.names, horizon_days=90)

    assert len(given.of(0)) <= MOST_REASONS
    assert given.of(3) == ()


def test_nobody_is_explained_when_nobody_is_asked_about(model: ChurnModel, examples: Examples) -> None:
    assert len(reasons(model, examples.rows[:0], names=examples.names, horizon_days=90).table) == 0


def test_more_rows_than_are_worked_on_at_once_get_the_same_reasons(model: ChurnModel, examples: Examples) -> None:
    many = reasons(model, np.tile(examples.rows, (4, 1)), names=examples.names, horizon_days=90)

    few = reasons(model, examples.rows, names=examples.names, horizon_days=90)

    assert [many.of(row + 3 * len(examples.rows)) for row in range(20)] == [few.of(row) for row in range(20)]


def test_a_model_of_a_feature_without_a_code_is_refused() -> None:
    with pytest.raises(FeatureWithoutReason, match="weather"):
        Grouping.of(("weather_today",))
