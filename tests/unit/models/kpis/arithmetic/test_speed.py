"""That the speed of a rate is its slope over months, no surer than customers and months make it."""

from __future__ import annotations

import numpy as np
import pytest

from features.times import DAY, parse_time
from models.kpis.arithmetic.figures import SHARE
from models.kpis.arithmetic.months import whole_months
from models.kpis.arithmetic.observations import Observations, Staged, joined, observed
from models.kpis.arithmetic.speed import speed_of

MONTHS = whole_months(parse_time("2026-01-01"), 6)


def at_risk(rates: list[float], *, each: int = 400) -> Observations:
    parts = []
    for month, rate in zip(MONTHS, rates, strict=False):
        rows = Staged(np.arange(each), np.zeros(each, np.int8), np.full(each, month.since + DAY))
        parts.append(observed(rows, np.arange(each) < round(rate * each), scale=SHARE))
    return joined(parts)


def test_a_rate_that_rises_by_a_point_a_month_is_told_so() -> None:
    found = speed_of(at_risk([0.10, 0.11, 0.12, 0.13, 0.14, 0.15]), MONTHS)

    assert found.per_month == pytest.approx(0.01)
    assert found.low < 0.01 < found.high
    assert found.months == 6


def test_a_rate_that_jumps_about_shows_no_speed() -> None:
    found = speed_of(at_risk([0.10, 0.20, 0.08, 0.22, 0.11, 0.19]), MONTHS)

    assert found.low < 0 < found.high


def test_two_months_are_no_speed() -> None:
    found = speed_of(at_risk([0.1, 0.2]), MONTHS)

    assert np.isnan(found.per_month)
    assert found.months == 2


def test_fewer_customers_make_it_less_sure() -> None:
    rates = [0.1, 0.12, 0.14, 0.16, 0.18, 0.20]
    many, few = speed_of(at_risk(rates), MONTHS), speed_of(at_risk(rates, each=50), MONTHS)

    assert few.high - few.low > 2 * (many.high - many.low)
