"""Do reasons tell the truth: an answer falls when its top raising reason is taken away, and only such answers are counted."""

from __future__ import annotations

import numpy as np
import pytest

from models.churn import ChurnModel
from models.examples import Examples
from models.explanation import lowered_share, without_top_reason


def test_answers_fall_without_what_raised_them_most(model: ChurnModel, examples: Examples) -> None:
    found = without_top_reason(model, examples.rows, names=examples.names, horizon_days=90)

    assert lowered_share(found, found.told) >= 0.9
    assert found.by_code()["purchase_rhythm"][1] >= 0.99
    assert sum(count for count, _ in found.by_code().values()) == found.told.sum()


def test_an_answer_that_nothing_raised_is_not_counted(model: ChurnModel, examples: Examples) -> None:
    usual = np.repeat(model.ranges.median_customer(), 3, axis=0)

    found = without_top_reason(model, usual, names=examples.names, horizon_days=90)

    assert not found.told.any()
    assert found.by_code() == {}


def test_the_change_is_that_of_the_served_answer(model: ChurnModel, examples: Examples) -> None:
    found = without_top_reason(model, examples.rows[:200], names=examples.names, horizon_days=30)

    row = int(found.raised.argmax())
    changed = examples.rows[row : row + 1].copy()
    rhythm = [0, 1, 2]
    assert found.codes[found.code[row]] == "purchase_rhythm"
    changed[:, rhythm] = model.ranges.median_customer()[:, rhythm]
    before, after = (model.log_odds(each, names=examples.names)[0, 0] for each in (examples.rows[row : row + 1], changed))
    assert found.change[row] == pytest.approx(after - before)
