"""All horizons asked at once: the same answers to the bit as horizon by horizon, whatever the members share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.churn import ChurnModel, ChurnRecipe, fit_churn
from models.churn.together import Apart, OneRhythm, OneScaling, together
from models.examples import Examples


@pytest.fixture(scope="module")
def blend(examples: Examples, make_recipe: Callable[..., ChurnRecipe]) -> ChurnModel:
    return fit_churn(examples, recipe=make_recipe("boosting", "logistic", "mbg_nbd"), seed=0)


def test_horizons_asked_at_once_answer_as_each_alone_to_the_bit(blend: ChurnModel, examples: Examples) -> None:
    rows = examples.rows.copy()
    rows[::7, :] = np.nan

    at_once = blend.log_odds(rows, names=examples.names)

    alone = np.stack([each.calibration.apply(each.raw_log_odds(rows)) for each in blend.horizons], axis=1)
    assert np.array_equal(at_once, blend.monotone(alone))


def test_only_what_was_fitted_together_is_worked_out_once(blend: ChurnModel) -> None:
    members = [[member for _, _, member in horizon.members] for horizon in blend.horizons]
    trees, regressions, rhythms = map(list, zip(*members, strict=True))

    kinds = [type(together(each)) for each in (trees, regressions, rhythms, [trees[0], regressions[1]])]

    assert kinds == [Apart, OneScaling, OneRhythm, Apart]


def test_regressions_over_other_columns_are_asked_apart(blend: ChurnModel, examples: Examples) -> None:
    first, second = (horizon.members[1][2] for horizon in blend.horizons[:2])
    narrow = fit_churn(examples, recipe=ChurnRecipe("r", (("rfm_logistic", 1.0),), "activity", (30, 60, 90)), seed=0)

    assert isinstance(together([first, second]), OneScaling)
    assert isinstance(together([first, narrow.horizons[0].members[0][2]]), Apart)


def test_horizons_with_other_members_answer_each_for_itself(blend: ChurnModel, examples: Examples) -> None:
    first, *others = blend.horizons
    lighter = replace(first, members=((first.members[0][0], 1.0, first.members[0][2]),))

    answers = replace(blend, horizons=(lighter, *others)).log_odds(examples.rows, names=examples.names)

    alone = np.stack([each.raw_log_odds(examples.rows) for each in (lighter, *others)], axis=1)
    assert np.array_equal(answers, blend.monotone(alone))
