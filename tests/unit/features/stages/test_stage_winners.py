from __future__ import annotations

import math

import numpy as np
import pytest

from features.company import default_company_text, read_company
from features.company.business import Stage, StageSet
from features.rules import RuleColumnsMissing, parse_rule
from features.stages import features_named_by, stage_winner, stage_winners

NAMES = ("tenure_days", "usage_count_30d")


def stage_set(**rules: str) -> StageSet:
    stages = [Stage.model_construct(name=name, rule=parse_rule(rule, NAMES), maps_to={}) for name, rule in rules.items()]
    return StageSet.model_construct(name="life", order=tuple(sorted(rules)), stages=tuple(stages))


LIFE = stage_set(new="tenure_days < 90", fading="usage_count_30d = 0", steady="TRUE")


def test_the_first_rule_that_is_true_wins() -> None:
    columns = {"tenure_days": np.array([10.0, 200.0, 200.0]), "usage_count_30d": np.array([0.0, 0.0, 5.0])}

    winners = stage_winners(LIFE, columns, rows=3)

    assert [winners.stage(row).name for row in range(3)] == ["new", "fading", "steady"]


def test_an_unknown_rule_does_not_win() -> None:
    assert stage_winner(LIFE, {"tenure_days": math.nan, "usage_count_30d": 0.0}).name == "fading"
    assert stage_winner(LIFE, {"tenure_days": math.nan, "usage_count_30d": math.nan}).name == "steady"


def test_the_rule_of_the_winner_is_the_evidence() -> None:
    assert stage_winner(LIFE, {"tenure_days": 10.0, "usage_count_30d": 0.0}).rule.text == "tenure_days < 90"


def test_winners_are_counted_in_the_order_of_life() -> None:
    columns = {"tenure_days": np.array([10.0, 20.0, 200.0]), "usage_count_30d": np.array([1.0, 1.0, 5.0])}

    assert list(stage_winners(LIFE, columns, rows=3).counts().items()) == [("fading", 0), ("new", 2), ("steady", 1)]


def test_an_empty_table_has_no_winners() -> None:
    empty = {name: np.array([]) for name in NAMES}

    assert stage_winners(LIFE, empty, rows=0).codes.tolist() == []


def test_a_feature_the_rules_name_must_be_there() -> None:
    assert features_named_by(LIFE) == NAMES
    with pytest.raises(RuleColumnsMissing):
        stage_winner(LIFE, {"tenure_days": 10.0})


@pytest.mark.parametrize(
    ("features", "stage"),
    [
        ({}, "introduction"),
        ({"tenure_days": 30}, "introduction"),
        ({"tenure_days": 500, "usage_count_30d": 30, "usage_count_90d": 90}, "maturity"),
        ({"tenure_days": 500, "usage_count_30d": 40, "usage_count_90d": 90, "usage_slope_30w": 0.1}, "growth"),
        ({"tenure_days": 500, "usage_count_30d": 1, "usage_count_90d": 12}, "maturity"),
        ({"tenure_days": 500, "usage_count_30d": 10, "usage_count_90d": 90}, "decline"),
        ({"tenure_days": 500, "usage_count_90d": 0}, "decline"),
        ({"tenure_days": 500, "usage_count_30d": 40, "usage_count_90d": 90, "contract_days_left": -15}, "lapsed"),
        ({"tenure_days": 500, "usage_count_30d": 40, "usage_count_90d": 90, "contract_cancelled": 1}, "lapsed"),
    ],
)
def test_the_growth_curve_of_the_default_names_the_stage_of_a_life(features: dict[str, float], stage: str) -> None:
    growth_curve = read_company(default_company_text("default")).stage_set
    known = dict.fromkeys(features_named_by(growth_curve), math.nan)

    assert stage_winner(growth_curve, known | features).name == stage
