"""That a way to grow trees is taken for what it gains beyond luck, and never for being the luckiest of many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from features.times import DAY
from models.learners.boosting import BoostingPreset
from models.rows import FloatArray
from training.tuning.inner import Inner, InnerMoment
from training.tuning.search import Trial
from training.tuning.verdict import Verdict, not_tuned

USUAL, FOUND = BoostingPreset(), BoostingPreset(leaves=7)
Losses = Mapping[BoostingPreset, FloatArray]


class AsGiven:
    """Trees whose losses are known: what they say is what each row loses."""

    def losses(self, said: FloatArray, came: FloatArray) -> FloatArray:
        return said - came


def moment(losses: Losses, *, origin: int = 0, customers: Any = None) -> InnerMoment:
    rows = len(losses[USUAL])
    codes = np.arange(rows, dtype=np.int32) if customers is None else customers
    return InnerMoment(
        origin, lambda preset, _: losses[preset], np.empty((rows, 0), np.float32), np.zeros(rows), codes, AsGiven()
    )  # type: ignore[arg-type]


def judged(*moments: InnerMoment, trials: int = 20) -> Verdict:
    usual, found = (float(np.concatenate([each.losses(preset) for each in moments]).mean()) for preset in (USUAL, FOUND))
    others = [Trial(number, BoostingPreset(leaves=50), usual + 1, given_up=True) for number in range(2, trials)]
    tried = [Trial(0, USUAL, usual, given_up=False), Trial(1, FOUND, found, given_up=False), *others]
    return Verdict.of(Inner(400 * DAY, moments), tried, defaults=1)


def losses(gain: float, *, seed: int, rows: int = 500) -> Losses:
    """Losses of which the found way spares `gain` on the mean, one row in either direction."""
    random = np.random.default_rng(seed)
    usual = random.gamma(2.0, 0.3, rows)
    noise = random.normal(0, 0.1, rows)
    return {USUAL: usual, FOUND: usual - gain + noise - noise.mean()}


def test_a_large_gain_at_every_moment_is_taken() -> None:
    verdict = judged(*(moment(losses(0.05, seed=seed)) for seed in range(3)))

    assert verdict.taken
    assert verdict.gain == pytest.approx(0.05)
    assert verdict.findings()[0]["leaves"] == FOUND.leaves


def test_a_gain_that_luck_explains_is_not_taken() -> None:
    verdict = judged(*(moment(losses(0.006, seed=seed)) for seed in range(3)))

    assert 0 < verdict.gain < verdict.margin
    assert not verdict.taken
    assert verdict.findings()[0]["leaves"] == USUAL.leaves


def test_the_more_ways_were_tried_the_more_luck_explains() -> None:
    moments = [moment(losses(0.008, seed=seed)) for seed in range(3)]

    few, many = (judged(*moments, trials=count) for count in (5, 5_000))

    assert few.margin < few.gain == many.gain < many.margin
    assert (few.taken, many.taken) == (True, False)


def test_the_rows_of_one_customer_are_one_piece_of_evidence() -> None:
    alike = {preset: np.repeat(each, 10) for preset, each in losses(0.1, seed=1, rows=60).items()}

    apart, together = (judged(*3 * [moment(alike, customers=codes)]) for codes in (None, np.arange(600, dtype=np.int32) // 10))

    assert together.margin == pytest.approx(np.sqrt(10) * apart.margin)


def test_what_helps_at_one_moment_alone_is_that_seasons_doing() -> None:
    verdict = judged(*(moment(losses(gain, seed=seed)) for seed, gain in enumerate((0.5, -0.01, -0.01))))

    assert verdict.gain > verdict.margin
    assert not verdict.taken
    assert "too few of the moments" in str(verdict.findings()[0]["reason"])


def test_a_sure_gain_of_next_to_nothing_is_left_alone() -> None:
    usual = np.full(500, 1.0)

    verdict = judged(*3 * [moment({USUAL: usual, FOUND: usual - 0.004})])

    assert verdict.margin == pytest.approx(0.005)
    assert not verdict.taken


def test_the_luckiest_of_many_worthless_ways_is_hardly_ever_taken() -> None:
    random, taken = np.random.default_rng(0), 0
    for _ in range(200):
        worthless = random.normal(0, 0.1, (20, 3, 200))
        luckiest = worthless[np.argmin(worthless.mean(axis=(1, 2)))]
        moments = [moment({USUAL: np.ones(200), FOUND: 1 + each}, customers=np.arange(200, dtype=np.int32)) for each in luckiest]
        taken += judged(*moments, trials=21).taken

    assert taken <= 0.06 * 200


def test_what_could_not_be_tuned_says_why() -> None:
    (line,) = not_tuned("history is short")

    assert (line["taken"], line["reason"]) == (0, "not tuned: history is short")
