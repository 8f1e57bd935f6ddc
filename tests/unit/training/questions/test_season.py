"""The season: unknown in the first year, and moved by it only where an earlier season agreed."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from scipy.special import expit, logit

from features.times import DAY
from models.examples import Examples
from models.rows import FloatArray
from training.examples import StackedExamples
from training.folds import Fold
from training.questions.churn.chances import Chances
from training.questions.churn.recipes import Contender
from training.questions.churn.season import Season, season_of
from training.walk_forward import AnsweredFold

_NONE = np.array([], dtype=np.intp)
SEASONAL = Contender("trees", (("boosting", 1.0),), "season")


def months(rates: list[float], *, rows: int = 400) -> Examples:
    """Build a row a customer and month of 30 days, of whom the share of the month's rate left."""
    labels = np.concatenate([(np.arange(rows) < rate * rows).astype(np.float64) for rate in rates])[:, None]
    as_ofs = np.repeat(np.arange(len(rates)) * 30 * DAY, rows)
    count = len(labels)
    return Examples(
        np.zeros((count, 1), np.float32), ("tenure_days",), labels, np.arange(count, dtype=np.int32), as_ofs, "5" * 64
    )


def seasons(examples: Examples, *, day: int, newest: int) -> Season:
    """Take the season at a day, when labels closed after 30 days each, and at the newest."""

    def told_by(moment: int) -> FloatArray:
        return examples.labels[examples.as_ofs + 30 * DAY <= moment]

    stacked = SimpleNamespace(examples=examples, told_by=told_by, newest=SimpleNamespace(as_of=newest * DAY))
    return season_of(cast(StackedExamples, stacked), [day * DAY])


def test_in_the_first_year_there_is_no_season() -> None:
    examples = months([0.2] * 12)

    season = seasons(examples, day=330, newest=360)

    assert not season.known(0)


def test_in_the_second_year_it_is_what_the_month_was_above_the_rest() -> None:
    examples = months([0.6] + [0.3] * 13)

    season = seasons(examples, day=365, newest=395)

    closed = np.array([0.6] + [0.3] * 11)
    assert season.by_fold[0, 0] == pytest.approx(logit(0.6) - logit(closed.mean()), abs=1e-6)
    assert season.newest[0] < 0


def answered(day: int, *, said: float, rate: float, rows: int = 500) -> AnsweredFold:
    answers = {name: np.full((rows, 1), said) for name in ("boosting", "prior")}
    labels = (np.arange(rows) < rate * rows).astype(np.float64)[:, None]
    return AnsweredFold(Fold(day * DAY, _NONE, _NONE), answers, labels, np.arange(rows, dtype=np.int32))


@pytest.mark.parametrize(("repeats", "moved"), [(True, 0.8), (False, 0.0)])
def test_it_moves_a_later_fold_only_if_it_helped_an_earlier_one(repeats: bool, moved: float) -> None:
    first = answered(0, said=0.0, rate=float(expit(0.8 if repeats else -0.8)))
    season = Season(np.array([[0.8], [0.8]]), np.array([0.8]))

    chances = Chances((first, answered(120, said=0.0, rate=0.5)), 90, grows=True, season=season)

    assert chances.log_odds(SEASONAL, 0)[0, 0] == 0.0  # nothing had closed that it could have been tested on
    assert chances.log_odds(SEASONAL, 1)[0, 0] == moved


def test_a_calibration_that_helped_once_is_not_believed() -> None:
    folds = tuple(answered(day, said=0.0, rate=0.69 if day == 200 else 0.5) for day in (0, 100, 200))
    season = Season(np.full((3, 1), 0.8), np.array([0.8]))

    chances = Chances(folds, 90, grows=True, season=season)

    assert not chances.repeats(SEASONAL, plain=Contender("trees", SEASONAL.members))


def test_a_calibration_knows_no_correction_received_after_the_moment_it_is_learned_at() -> None:
    now, then = answered(0, said=0.0, rate=0.5), answered(0, said=0.0, rate=0.7)
    later = replace(answered(120, said=0.0, rate=0.5), told={0: then.labels})

    chances = Chances((now, later), 90, grows=True)

    found = chances.log_odds(Contender("trees", SEASONAL.members, "intercept"), 1)[0, 0]
    assert found == pytest.approx(logit(0.7), abs=0.01)
