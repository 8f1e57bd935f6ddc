"""That scores are what their scales say, and the newest answer speaks for a customer."""

from __future__ import annotations

import numpy as np
import pytest

from features.times import DAY
from models.kpis.arithmetic.observations import Staged
from models.kpis.subjects.voice import Answers, net_promoter, newest_points, points


def answers(
    scores: list[float], *, kind: str = "nps", customers: list[int] | None = None, days: list[int] | None = None
) -> Answers:
    count = len(scores)
    whose, at = customers or list(range(count)), days or [0] * count
    return Answers(np.array(whose), np.zeros(count, np.int8), np.array(at) * DAY, np.array([kind] * count), np.array(scores))


def test_the_net_promoter_score_is_promoters_less_detractors() -> None:
    found = net_promoter(answers([10.0, 9.0, 8.0, 7.0, 6.0])).figure()

    assert found.value == pytest.approx(20.0)
    assert -100 <= found.low < 20 < found.high <= 100


def test_all_promoters_are_a_hundred_and_not_for_certain() -> None:
    found = net_promoter(answers([10.0] * 6)).figure()

    assert found.value == found.high == 100.0
    assert found.low < 70


def test_another_question_does_not_count() -> None:
    assert net_promoter(answers([10.0], kind="csat")).figure().count == 0


def test_a_score_off_its_scale_is_left_out() -> None:
    assert points(answers([5.0, 9.0, 0.0], kind="csat"), "csat").figure().value == 5.0


def test_the_newest_answer_by_then_speaks_for_each_customer() -> None:
    given = answers([2.0, 9.0, 4.0], customers=[0, 0, 1], days=[1, 5, 2])
    standing = [Staged(np.array([0, 1, 2]), np.array([0, 1, 1], np.int8), np.full(3, day * DAY)) for day in (3, 9)]

    found = newest_points(given, standing)

    assert found.within(3 * DAY, 4 * DAY).amounts.tolist() == [2.0, 4.0]
    assert found.within(9 * DAY, 10 * DAY).amounts.tolist() == [9.0, 4.0]
    assert found.of_stage(1).figure().value == 4.0


def test_without_a_moment_nobody_has_a_newest_answer() -> None:
    assert newest_points(answers([5.0]), []).figure().count == 0
