from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest

from features.company.business import Health, HealthComponent
from features.health import ComponentScore, HealthColumnsMissing, HealthIndex, health_scores

HEALTH = Health.model_construct(
    components=(
        HealthComponent.model_construct(name="usage", feature="days", worst=0.0, best=16.0, weight=0.5),
        HealthComponent.model_construct(name="support", feature="complaints", worst=3.0, best=0.0, weight=0.3),
        HealthComponent.model_construct(name="nps", feature="nps", worst=0.0, best=10.0, weight=0.2),
    ),
    red_below=50.0,
    green_from=75.0,
)


def alone(row: Mapping[str, float]) -> HealthIndex:
    """The health of one customer, who is the whole table."""
    return health_scores(HEALTH, {name: np.array([value]) for name, value in row.items()}, rows=1).row(0)


def test_health_is_the_weighted_mean_of_its_components():
    index = alone({"days": 8.0, "complaints": 0.0, "nps": 5.0})

    assert index == HealthIndex(
        pytest.approx(65.0),
        "yellow",
        (ComponentScore("usage", 50.0, 0.5), ComponentScore("support", 100.0, 0.3), ComponentScore("nps", 50.0, 0.2)),
    )


def test_a_missing_component_gives_its_weight_to_the_others():
    index = alone({"days": 8.0, "complaints": math.nan, "nps": 10.0})

    assert [(part.name, part.weight) for part in index.components] == [
        ("usage", pytest.approx(5 / 7)),
        ("nps", pytest.approx(2 / 7)),
    ]
    assert index.score == pytest.approx(sum(part.score * part.weight for part in index.components))


def test_health_of_whom_nothing_is_known_is_unknown():
    nothing = dict.fromkeys(("days", "complaints", "nps"), math.nan)

    assert alone(nothing) == HealthIndex(None, None, ())


def test_a_component_scores_no_better_than_best_and_no_worse_than_worst():
    index = alone({"days": 99.0, "complaints": 7.0, "nps": -1.0})

    assert [part.score for part in index.components] == [100.0, 0.0, 0.0]


@pytest.mark.parametrize(("days", "band"), [(7.99, "red"), (8.0, "yellow"), (11.99, "yellow"), (12.0, "green")])
def test_red_ends_and_green_begins_at_the_limits(days, band):
    assert alone({"days": days, "complaints": math.nan, "nps": math.nan}).band == band


def test_one_customer_has_the_health_they_have_among_all():
    random = np.random.default_rng(0)
    columns = {
        name: np.where(random.random(50) < 0.3, np.nan, random.uniform(-1, 17, 50)) for name in ("days", "complaints", "nps")
    }

    everybody = health_scores(HEALTH, columns, rows=50)

    each = [alone({name: float(values[row]) for name, values in columns.items()}) for row in range(50)]
    assert [everybody.row(row) for row in range(50)] == each
    assert sum(everybody.bands().values()) == sum(index.band is not None for index in each)


def test_an_empty_table_has_no_health():
    assert health_scores(HEALTH, dict.fromkeys(("days", "complaints", "nps"), np.empty(0)), rows=0).scores.shape == (0,)


def test_a_feature_that_health_is_scored_by_must_be_there():
    with pytest.raises(HealthColumnsMissing, match="needed the columns complaints, nps"):
        health_scores(HEALTH, {"days": np.zeros(1)}, rows=1)
