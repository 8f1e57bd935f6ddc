"""Trees that begin from what is already known learn only what to add to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.learners.boosting import BoostingPreset, bin_rows, fit_boosting
from models.learners.target import Target

PRESET = BoostingPreset(rounds=20, bag=1)
RNG = np.random.default_rng(3)
ROWS = RNG.normal(size=(400, 3)).astype(np.float32)
AMOUNTS = np.exp(ROWS[:, 0].astype(np.float64)) * RNG.gamma(4.0, 0.25, size=400)


def test_what_an_offset_knows_the_trees_need_not_learn() -> None:
    data = bin_rows(ROWS, ["a", "b", "c"], preset=PRESET)

    alone = fit_boosting(data, Target.tweedie(AMOUNTS), preset=PRESET, seed=0).scores(ROWS)
    known = replace(Target.tweedie(AMOUNTS), offset=ROWS[:, 0].astype(np.float64))
    added = fit_boosting(data, known, preset=PRESET, seed=0).scores(ROWS)

    assert np.ptp(added) < np.ptp(alone) / 3


def test_an_offset_does_not_stay_for_the_next_target() -> None:
    data = bin_rows(ROWS, ["a", "b", "c"], preset=PRESET)
    target = Target.tweedie(AMOUNTS)

    before = fit_boosting(data, target, preset=PRESET, seed=0)
    fit_boosting(data, replace(target, offset=np.full(400, 2.0)), preset=PRESET, seed=0)

    assert fit_boosting(data, target, preset=PRESET, seed=0).texts == before.texts
