"""What features add to an answer: trees, regression and rhythm together, bent calibrations, horizons made monotone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.churn import ChurnModel
from models.churn.members import RHYTHM_FEATURES
from models.examples import Examples
from models.explanation import contributions_of
from models.learners.calibration import Calibration, fit_calibration
from models.rows import WrongColumns


def with_gaps(examples: Examples) -> np.ndarray:
    rows = examples.rows[:300].copy()
    rows[:40, :3] = np.nan  # never bought: the rhythm knows nothing of them
    rows[40:44] = np.nan
    return rows


@pytest.mark.parametrize("days", [30, 60, 90])
@pytest.mark.parametrize("kind", ["none", "intercept", "platt", "isotonic"])
def test_they_add_up_to_what_is_served(model: ChurnModel, examples: Examples, days: int, kind: str) -> None:
    fitted = [fit_calibration(kind, each.raw_log_odds(examples.rows), examples.labels[:, 0]) for each in model.horizons]
    asked = model.calibrated(dict(zip(model.horizons_days, fitted, strict=True)))
    rows = with_gaps(examples)

    parts = contributions_of(asked, rows, names=examples.names, horizon_days=days)

    served = asked.log_odds(rows, names=examples.names)[:, asked.horizons_days.index(days)]
    assert parts.log_odds == pytest.approx(served, abs=1e-9)


def test_horizons_that_had_to_be_levelled_share_their_contributions(model: ChurnModel, examples: Examples) -> None:
    upside_down = model.calibrated({90: Calibration("intercept", intercept=3.0)})

    sixty, ninety = (contributions_of(upside_down, examples.rows, names=examples.names, horizon_days=days) for days in (60, 90))

    assert np.abs(sixty.features - ninety.features).max() <= 1e-12
    assert np.array_equal(*upside_down.log_odds(examples.rows, names=examples.names)[:, 1:].T)


def test_the_base_is_the_answer_for_the_median_customer(model: ChurnModel, examples: Examples) -> None:
    middle = model.ranges.median_customer()

    parts = contributions_of(model, examples.rows[:5], names=examples.names, horizon_days=30)

    assert parts.base == pytest.approx(np.full(5, model.horizons[0].raw_log_odds(middle)[0]), abs=1e-9)


def test_the_rhythm_of_purchases_is_told_by_the_days_since_the_last(model: ChurnModel, examples: Examples) -> None:
    rhythm_only = replace(model.horizons[0], members=(("mbg_nbd", 1.0, model.horizons[0].members[2][2]),))
    alone = replace(model, horizons=(rhythm_only,))

    parts = contributions_of(alone, examples.rows, names=examples.names, horizon_days=30)

    elsewhere = np.delete(parts.features, examples.names.index(RHYTHM_FEATURES[-1]), axis=1)
    assert not elsewhere.any()
    assert parts.features.any()


def test_columns_in_another_order_are_refused(model: ChurnModel, examples: Examples) -> None:
    with pytest.raises(WrongColumns):
        contributions_of(model, examples.rows, names=examples.names[::-1], horizon_days=30)


def test_one_customer_is_explained_as_among_many(model: ChurnModel, examples: Examples) -> None:
    many = contributions_of(model, examples.rows[:9], names=examples.names, horizon_days=60)

    alone = contributions_of(model, examples.rows[4:5], names=examples.names, horizon_days=60)

    assert alone.features[0] == pytest.approx(many.features[4], abs=1e-12)
