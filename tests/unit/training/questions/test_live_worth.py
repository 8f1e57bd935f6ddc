"""That value over cost is what the live model says, or a plain reason why it is not told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from features.times import DAY, parse_time
from training.kpis.reading.live_worth import live_worth
from training.questions.value.worth import worth_of_customers

PREDICTED = parse_time("2025-12-20")


def test_value_over_cost_is_that_of_the_live_predictions(valued_shop: Any) -> None:
    found = live_worth(valued_shop.home, valued_shop.question.company, as_of=PREDICTED + DAY)
    groups = worth_of_customers(valued_shop.home).acquired

    assert found.absent is None
    assert found.seen.figure().value == pytest.approx(sum(one.expected for one in groups) / sum(one.cost for one in groups))
    assert found.seen.figure().count == 120
    assert set(np.unique(found.seen.stages)) <= set(range(5))


def test_predictions_of_a_later_moment_were_not_known_then(valued_shop: Any) -> None:
    found = live_worth(valued_shop.home, valued_shop.question.company, as_of=PREDICTED - DAY)

    assert "later than this report" in str(found.absent)
    assert found.seen.figure().count == 0


def test_where_no_value_model_is_live_the_remedy_is_named(shop: Any) -> None:
    found = live_worth(shop.home, shop.company, as_of=PREDICTED)

    assert found.acquired is None
    assert "lifecycle train value" in str(found.absent)
